import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { Registry } from 'prom-client'
import type { Express } from 'express'
import { createHttpApp } from './http-app.ts'
import { createLogger } from './log.ts'
import type { Logger } from './log.ts'
import type { PakRecord } from './principal.ts'
import { finishHttpApp } from './problem-handler.ts'

/** A logger, and what it has written. */
export function createLogBook(
  level = 'debug',
  secrets: string[] = [],
): { log: Logger; text: () => string; lines: () => LogLine[] } {
  let text = ''
  const destination = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  const lines = () =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line): LogLine => JSON.parse(line))
  return { log: createLogger('test', { level, destination, secrets }), text: () => text, lines }
}

export type LogLine = Record<string, unknown>

/** A clock that stands still until it is moved. */
export function createClock(startMs = 1_700_000_000_000): { now: () => number; pass: (ms: number) => void } {
  let atMs = startMs
  return {
    now: () => atMs,
    pass: (ms) => {
      atMs += ms
    },
  }
}

export interface Running extends AsyncDisposable {
  url: string
  server: Server
}

/** A server on a free loopback port, cut off at the end of the scope. */
export async function serve(listener: RequestListener): Promise<Running> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${portOf(server)}`, server, [Symbol.asyncDispose]: () => cutOff(server) }
}

export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  return (address satisfies AddressInfo).port
}

/** An API app with the given routes. */
export function buildApp(log: Logger, routes: (app: Express) => void, registry = new Registry()): Express {
  const app = createHttpApp({ log, registry, service: 'test' })
  routes(app)
  finishHttpApp(app, log)
  return app
}

export function createRecord(changes: Partial<PakRecord> = {}): PakRecord {
  return {
    pakId: 'pak-1',
    kind: 'agent',
    agentId: 'agent-1',
    longHash: '',
    expiresAtMs: null,
    revoked: false,
    scopeAgents: null,
    scopeNamespaces: null,
    agentDeleted: false,
    agentDisabled: false,
    limits: {},
    label: '',
    ...changes,
  }
}

/** Waits for a condition, at most five seconds. */
export async function until(condition: () => boolean): Promise<void> {
  const giveUpMs = performance.now() + 5_000
  while (!condition()) {
    if (performance.now() > giveUpMs) throw new Error('the condition did not come true')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

async function cutOff(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
