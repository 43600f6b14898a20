import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { formatTimestamp } from '@logboom/contracts'
import { frameOf } from './frame-fixture.ts'

/** One message of a log driver: at most 16 KiB, without a newline where the line goes on in the next. */
interface Message {
  ns: bigint
  output: 'stdout' | 'stderr'
  text: Buffer
}

export interface FakeContainer {
  id: string
  name: string
  labels: Record<string, string>
  tty: boolean
  driver: string
  isRunning: boolean
  messages: Message[]
  /** Written in all, those that a rotation took included. */
  written: number
}

interface Follower {
  container: FakeContainer
  res: ServerResponse
  /** The next message, counted from the first that was ever written. */
  at: number
  since: bigint
  isHung: boolean
}

interface Writing {
  output?: 'stdout' | 'stderr'
  ns?: bigint
  /** Without the newline at its end. */
  isUnfinished?: boolean
}

export interface FakeEngine {
  /** For DOCKER_HOST. */
  url: string
  /** Requests for logs, as their query. */
  logRequests: URLSearchParams[]
  /** Of what is sent, how many bytes go in one piece. */
  pieceBytes: number
  run(options?: Partial<Pick<FakeContainer, 'name' | 'labels' | 'tty' | 'driver'>>): FakeContainer
  /** Appends a line as the engine would; `ns` since 1970, default a little after the last. */
  write(container: FakeContainer, text: string, how?: Writing): void
  die(container: FakeContainer): void
  start(container: FakeContainer): void
  rename(container: FakeContainer, name: string): void
  remove(container: FakeContainer): void
  /** Takes away the oldest messages, as a rotation with `max-file` does. */
  rotate(container: FakeContainer, kept: number): void
  /** With max-file=1 the file is truncated, and who follows it is told nothing any more. */
  truncate(container: FakeContainer): void
  /** Sends every follower something that is no frame. */
  garble(): void
  followers(): number
  stop(): Promise<void>
  listen(): Promise<void>
}

interface State {
  containers: Map<string, FakeContainer>
  followers: Set<Follower>
  eventStreams: Set<ServerResponse>
  events: { atSeconds: number; json: string }[]
  engine: FakeEngine
  lastNs: bigint
}

/** A Docker engine that keeps its logs in memory and has the quirks of the real one; it answers on a unix socket. */
export function createFakeEngine(socketPath: string): FakeEngine {
  const engine: FakeEngine = {
    url: `unix://${socketPath}`,
    logRequests: [],
    pieceBytes: Infinity,
    run(options = {}) {
      const id = randomBytes(32).toString('hex')
      const fresh = { id, name: 'web', labels: {}, tty: false, driver: 'json-file', messages: [], written: 0 }
      const container = { ...fresh, isRunning: false, ...options }
      state.containers.set(id, container)
      engine.start(container)
      return container
    },
    write: (container, text, how = {}) => write(state, container, text, how),
    ...lives(() => state),
    rotate(container, kept) {
      container.messages = container.messages.slice(container.messages.length - kept)
    },
    truncate(container) {
      container.messages = []
      for (const follower of of(container)) follower.isHung = true
    },
    garble() {
      for (const { res } of state.followers) res.write('this is no frame at all')
    },
    followers: () => state.followers.size,
    ...serve(() => state, socketPath),
  }
  const state: State = {
    containers: new Map(),
    followers: new Set(),
    eventStreams: new Set(),
    events: [],
    engine,
    lastNs: minuteAgo(),
  }
  const of = (container: FakeContainer) => [...state.followers].filter((it) => it.container === container)
  return engine
}

const minuteAgo = () => BigInt(Date.now() - 60_000) * 1_000_000n

/** What happens to containers. */
function lives(state: () => State): Pick<FakeEngine, 'die' | 'start' | 'rename' | 'remove'> {
  function die(container: FakeContainer): void {
    container.isRunning = false
    for (const follower of state().followers) if (follower.container === container) flush(state(), follower)
    emit(state(), 'die', container)
  }
  return {
    die,
    start(container) {
      container.isRunning = true
      emit(state(), 'start', container)
    },
    rename(container, name) {
      container.name = name
      emit(state(), 'rename', container)
    },
    remove(container) {
      if (container.isRunning) die(container)
      state().containers.delete(container.id)
      emit(state(), 'destroy', container)
    },
  }
}

/** The engine as a process that comes and goes; its containers stay. */
function serve(state: () => State, socketPath: string): Pick<FakeEngine, 'listen' | 'stop'> {
  let server: Server | null = null
  return {
    async stop() {
      const closed = new Promise((resolve) => server?.close(resolve) ?? resolve(undefined))
      server?.closeAllConnections()
      await closed
      state().followers.clear()
      state().eventStreams.clear()
      server = null
    },
    async listen() {
      rmSync(socketPath, { force: true })
      const listening = Promise.withResolvers<void>()
      server = createServer((req, res) => answer(state(), req, res)).listen(socketPath, listening.resolve)
      await listening.promise
    },
  }
}

const messageBytesMax = 16_384

function write(
  state: State,
  container: FakeContainer,
  text: string,
  { output = 'stdout', ns = state.lastNs + 1_000_003n, isUnfinished = false }: Writing,
): void {
  if (ns > state.lastNs) state.lastNs = ns
  const lineEnd = container.tty ? '\r\n' : '\n'
  const bytes = Buffer.from(isUnfinished ? text : `${text}${lineEnd}`)
  for (let from = 0; from < bytes.length; from += messageBytesMax) {
    container.messages.push({ ns, output, text: bytes.subarray(from, from + messageBytesMax) })
    container.written += 1
  }
  for (const follower of state.followers) if (follower.container === container) flush(state, follower)
}

/** Sends what there is; ends a log whose container does not run. */
function flush(state: State, follower: Follower): void {
  const { container, res } = follower
  if (follower.isHung) return
  const first = container.written - container.messages.length
  for (const { ns, output, text } of container.messages.slice(Math.max(0, follower.at - first))) {
    if (ns < follower.since) continue
    const time = formatTimestamp({ us: Number(ns / 1_000n), ns: Number(ns % 1_000n) })
    const payload = Buffer.concat([Buffer.from(`${time} `), text])
    send(
      res,
      container.tty ? payload : frameOf(output === 'stdout' ? 1 : 2, payload),
      state.engine.pieceBytes,
    )
  }
  follower.at = container.written
  if (container.isRunning) return
  state.followers.delete(follower)
  res.end()
}

function send(res: ServerResponse, bytes: Buffer, pieceBytes: number): void {
  const step = Math.min(pieceBytes, bytes.length)
  for (let from = 0; from < bytes.length; from += step) res.write(bytes.subarray(from, from + step))
}

function emit({ eventStreams, events }: State, action: string, { id }: FakeContainer): void {
  const json = `${JSON.stringify({ Type: 'container', Action: action, Actor: { ID: id } })}\n`
  events.push({ atSeconds: Math.floor(Date.now() / 1000), json })
  for (const res of eventStreams) res.write(json)
}

function answer(state: State, req: IncomingMessage, res: ServerResponse): void {
  const { pathname, searchParams } = new URL(req.url ?? '/', 'http://engine')
  if (pathname === '/events') return streamEvents(state, searchParams, res)
  if (pathname === '/containers/json') return sendJson(res, 200, [...state.containers.values()].map(summary))
  const [, id = '', what = ''] = /^\/containers\/([^/]+)\/(json|logs)$/.exec(pathname) ?? []
  const container = state.containers.get(id)
  if (!container) return sendJson(res, 404, { message: `No such container: ${id}` })
  if (what === 'json') return sendJson(res, 200, inspected(container))
  state.engine.logRequests.push(searchParams)
  if (container.driver !== 'json-file')
    return sendJson(res, 501, { message: 'configured logging driver does not support reading' })
  streamLog(state, container, searchParams, res)
}

function streamLog(
  state: State,
  container: FakeContainer,
  query: URLSearchParams,
  res: ServerResponse,
): void {
  const [seconds = '0', fraction = ''] = (query.get('since') ?? '0').split('.')
  const since = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))
  const kind = container.tty ? 'raw' : 'multiplexed'
  res.writeHead(200, { 'Content-Type': `application/vnd.docker.${kind}-stream` }).flushHeaders()
  const follower = { container, res, at: 0, since, isHung: false }
  state.followers.add(follower)
  res.on('close', () => state.followers.delete(follower))
  flush(state, follower)
}

function streamEvents({ events, eventStreams }: State, query: URLSearchParams, res: ServerResponse): void {
  res.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders()
  const since = Number(query.get('since') ?? Infinity)
  for (const { atSeconds, json } of events) if (atSeconds >= since) res.write(json)
  eventStreams.add(res)
  res.on('close', () => eventStreams.delete(res))
}

function summary({ id, name, labels, isRunning }: FakeContainer): unknown {
  return { Id: id, Names: [`/${name}`], Labels: labels, State: isRunning ? 'running' : 'exited' }
}

function inspected({ id, name, labels, isRunning, tty, driver }: FakeContainer): unknown {
  return {
    Id: id,
    Name: `/${name}`,
    State: { Running: isRunning },
    Config: { Tty: tty, Labels: labels },
    HostConfig: { LogConfig: { Type: driver } },
  }
}

function sendJson(res: ServerResponse, status: number, content: unknown): void {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(content))
}
