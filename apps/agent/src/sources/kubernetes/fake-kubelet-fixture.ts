import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { parseTimestamp } from '@logboom/contracts'
import type { LogTime } from '@logboom/contracts'
import { sendStatus } from './fake-answers-fixture.ts'
import type { FakeApiServer, FakeRequest } from './fake-api-server-fixture.ts'
import { createFakeLife } from './fake-log-files-fixture.ts'
import type { FakeLife } from './fake-log-files-fixture.ts'
import { readFakeLog } from './fake-read-logs-fixture.ts'
import type { ReadOptions } from './fake-read-logs-fixture.ts'
import { endContainer, runContainer, statusOf } from './pod-objects-fixture.ts'
import type { FakePod, FakeStatus } from './pod-objects-fixture.ts'

/** What goes wrong with one answer. */
export interface LogFault {
  /** The connection is reset after so many bytes. */
  resetAfter?: number
  /** The answer ends, as if all were well, after so many bytes. */
  endAfter?: number
  /** Nothing more comes after so many bytes, and the connection stays. */
  stallAfter?: number
  /** Instead of the log, with status 200. */
  text?: string
  /** The kubelet picks another life than the one that was asked for. */
  otherLife?: boolean
}

export interface WriteOptions {
  time?: LogTime
  output?: 'stdout' | 'stderr'
  isPart?: boolean
}

export interface FakeKubelet {
  /** Asked about each request for a log. */
  fault: (request: FakeRequest) => LogFault | null
  /** Files are rotated when they have grown beyond it. */
  rotateBytes: number
  /** Begins a life of a container, a further one if there was one, and has the API server tell of it. */
  run(uid: string, container?: string): FakeLife
  /** Ends it; with `waits`, the container then waits for its next one. */
  end(uid: string, how?: { container?: string; exitCode?: number; waits?: string }): void
  /** The one that has ended waits for its next life, as in a crash loop. */
  wait(uid: string, reason: string): void
  /** The life that runs or ran last. */
  life(uid: string, container?: string): FakeLife
  write(uid: string, text: string | Buffer, options?: WriteOptions & { container?: string }): void
  /** Answers that are open. */
  readonly open: ReadonlySet<ServerResponse>
  /** The pod whose log an answer carries. */
  nameOf(res: ServerResponse): string | undefined
  /** Cuts all connections that carry a log. */
  cut(): void
}

/** The log endpoint behind an API server: what the kubelets of all nodes keep and serve. */
export function startFakeKubelet(api: FakeApiServer): FakeKubelet {
  const open = new Set<ServerResponse>()
  const names = new WeakMap<ServerResponse, string>()
  const podOf = indexPods(api)
  const { livesOf, ...lives } = createLives(api, () => kubelet.rotateBytes)
  const kubelet: FakeKubelet = {
    ...lives,
    fault: () => null,
    rotateBytes: Infinity,
    open,
    nameOf: (res) => names.get(res),
    write(uid, text, { container = 'app', time, output = 'stdout', isPart = false } = {}) {
      const line = { time: time ?? nowTime(), output, isPart, text: Buffer.from(text) }
      kubelet.life(uid, container).append(line)
    },
    cut() {
      for (const res of open) res.socket?.resetAndDestroy()
    },
  }
  api.logs = (request, res) => {
    open.add(res)
    names.set(res, request.name ?? '')
    res.on('close', () => open.delete(res))
    void answerLog(podOf(request), kubelet, livesOf, request, res)
  }
  return kubelet
}

type Lives = Pick<FakeKubelet, 'run' | 'end' | 'wait' | 'life'> & {
  livesOf(uid: string, container: string): readonly FakeLife[]
}

function createLives(api: FakeApiServer, rotateBytes: () => number): Lives {
  const lives = new Map<string, FakeLife[]>()
  const livesOf = (uid: string, container: string) => lives.get(`${uid}/${container}`) ?? []
  function life(uid: string, container = 'app'): FakeLife {
    const last = livesOf(uid, container).at(-1)
    if (!last) throw new Error('it was never started')
    return last
  }
  return {
    livesOf,
    life,
    run(uid, container = 'app') {
      let id = ''
      api.updatePod(uid, (pod) => {
        id = runContainer(pod, container)
      })
      const begun = createFakeLife(id, rotateBytes())
      const all = livesOf(uid, container)
      // One dead container is kept of each.
      for (const old of all.slice(0, -1)) old.isCollected = true
      lives.set(`${uid}/${container}`, [...all, begun])
      return begun
    },
    end(uid, { container = 'app', exitCode = 0, waits } = {}) {
      life(uid, container).end()
      api.updatePod(uid, (pod) => endContainer(pod, container, exitCode, waits))
    },
    wait(uid, reason) {
      api.updatePod(uid, (pod) => {
        const status = statusOf(pod, 'app')
        status.lastState = status.state
        status.state = { waiting: { reason } }
      })
    },
  }
}

let lastNs = 0

/** Now, and later than any time before. */
export function nowTime(): LogTime {
  lastNs = (lastNs + 1) % 1_000
  return { us: Math.floor((performance.timeOrigin + performance.now()) * 1000), ns: lastNs }
}

/** Finds pods by their names, among thousands. */
function indexPods(api: FakeApiServer): (request: FakeRequest) => FakePod | undefined {
  const nameOf = ({ namespace, name }: { namespace: string | null; name: string | null }) =>
    `${namespace}/${name}`
  const pods = new Map(api.pods().map((pod) => [nameOf(pod.metadata), pod]))
  api.onEvent(({ type, pod }) => {
    if (type === 'DELETED') pods.delete(nameOf(pod.metadata))
    else pods.set(nameOf(pod.metadata), pod)
  })
  return (request) => pods.get(nameOf(request))
}

async function answerLog(
  pod: FakePod | undefined,
  kubelet: FakeKubelet,
  livesOf: (uid: string, container: string) => readonly FakeLife[],
  request: FakeRequest,
  res: ServerResponse,
): Promise<void> {
  const { name, query } = request
  if (!pod) return sendStatus(res, 404, 'NotFound', `pods "${name}" not found`)
  const container = query.get('container') ?? ''
  const fault = kubelet.fault(request) ?? {}
  const all = livesOf(pod.metadata.uid, container)
  const chosen = chooseLife(pod, container, query.get('previous') === 'true', all)
  if (typeof chosen === 'string') return sendStatus(res, 400, 'BadRequest', chosen)
  const life = fault.otherLife ? (all.find((each) => each !== chosen && !each.isCollected) ?? chosen) : chosen
  res.writeHead(200, { 'Content-Type': 'text/plain' })
  if (fault.text !== undefined) return void res.end(fault.text)
  if (!life || life.isCollected)
    return void res.end('unable to retrieve container logs for containerd://gone')
  await send(life, optionsOf(query), fault, res)
}

/** The life whose log is served, or why there is none. */
function chooseLife(
  pod: FakePod,
  container: string,
  isPrevious: boolean,
  lives: readonly FakeLife[],
): FakeLife | string | undefined {
  const status = statusOf(pod, container)
  const last = terminatedId(status.lastState)
  const find = (id: string | undefined) => lives.find((life) => life.id === id)
  const before = last === null ? undefined : find(last)
  if (isPrevious) {
    if (!before || before.isCollected)
      return `previous terminated container "${container}" in pod "${pod.metadata.name}" not found`
    return before
  }
  if ('running' in status.state) return find(status.containerID)
  const ended = terminatedId(status.state)
  if (ended !== null) return find(ended)
  if (last !== null) return before
  return `container "${container}" in pod "${pod.metadata.name}" is waiting to start: ContainerCreating`
}

function terminatedId(state: FakeStatus['state']): string | null {
  return 'terminated' in state ? (state.terminated as { containerID: string }).containerID : null // a fake's own
}

function optionsOf(query: URLSearchParams): ReadOptions {
  const seconds = query.get('sinceSeconds')
  const tail = query.get('tailLines')
  return {
    follow: query.get('follow') === 'true',
    timestamps: query.get('timestamps') === 'true',
    since: sinceOf(query.get('sinceTime'), seconds === null ? null : Number(seconds)),
    tailLines: tail === null ? null : Number(tail),
    limitBytes: Number(query.get('limitBytes') ?? Infinity),
  }
}

/** Times lose their fractions on the way from the API server to the kubelet. */
function sinceOf(time: string | null, seconds: number | null): LogTime | null {
  const parsed = time === null ? null : parseTimestamp(time)
  if (parsed) return { us: Math.floor(parsed.us / 1e6) * 1e6, ns: 0 }
  return seconds === null ? null : { us: (Date.now() - seconds * 1000) * 1000, ns: 0 }
}

async function send(
  life: FakeLife,
  options: ReadOptions,
  fault: LogFault,
  res: ServerResponse,
): Promise<void> {
  const { resetAfter = Infinity, endAfter = Infinity, stallAfter = Infinity } = fault
  const bytesMax = Math.min(resetAfter, endAfter, stallAfter)
  const ending = new AbortController()
  const gone = ending.signal
  res.on('close', () => ending.abort())
  let left = bytesMax
  for await (const piece of readFakeLog(life, options, gone)) {
    const part = piece.subarray(0, left)
    left -= part.length
    const hasRoom = res.write(part)
    if (left <= 0) break
    if (!hasRoom) await once(res, 'drain', { signal: gone }).catch(() => undefined)
    if (gone.aborted) return
  }
  if (left > 0 || bytesMax === endAfter) return void res.end()
  // What was written must have left before the connection goes.
  if (bytesMax === resetAfter) setImmediate(() => res.socket?.resetAndDestroy())
}
