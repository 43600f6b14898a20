import { ApiProblem } from '../api/api-problem.ts'
import { mayHelpToRetry } from '../api/create-query-client.ts'
import { openStream } from '../api/request.ts'
import { EventParser } from './parse-events.ts'
import type { ServerEvent } from './parse-events.ts'

export type ConnectionState =
  | { kind: 'connecting' }
  | { kind: 'replaying' }
  | { kind: 'live' }
  | { kind: 'waiting'; retryAtMs: number }
  | { kind: 'failed'; error: unknown }

interface FollowOptions {
  /** Below /api/v1, with its query. */
  path: string
  signal: AbortSignal
  onEvent: (event: ServerEvent) => void
  onState: (state: ConnectionState) => void
}

const firstDelayMs = 500
const delayMaxMs = 15_000
/** The server says something every 15 s: a connection that is silent for longer is dead, whatever it looks like. */
const silenceMaxMs = 40_000

/** Follows a stream until `signal` ends it, over every break: each time from the last event that was read. */
export async function followLines({ path, signal, onEvent, onState }: FollowOptions): Promise<void> {
  let lastEventId = ''
  let failures = 0
  while (!signal.aborted) {
    if (failures === 0) onState({ kind: 'connecting' })
    try {
      for await (const event of readEvents(path, lastEventId, signal)) {
        if (event.id !== '') lastEventId = event.id
        if (event.name === 'end') refuseExpired(event)
        else if (failures > 0 || event.name === 'live')
          onState({ kind: event.name === 'live' ? 'live' : 'replaying' })
        failures = 0
        onEvent(event)
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof ApiProblem && !mayHelpToRetry(error)) return onState({ kind: 'failed', error })
    }
    const delayMs = delayAfter(failures)
    failures += 1
    onState({ kind: 'waiting', retryAtMs: Date.now() + delayMs })
    await pause(delayMs, signal)
  }
}

/** Twice as long each time, and never the same for all pages that lost one server. */
export function delayAfter(failures: number): number {
  const most = Math.min(firstDelayMs * 2 ** failures, delayMaxMs)
  return most / 2 + (Math.random() * most) / 2
}

async function* readEvents(
  path: string,
  lastEventId: string,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent> {
  const silence = new AbortController()
  let timer = setTimeout(() => silence.abort(), silenceMaxMs)
  try {
    const response = await openStream(path, {
      signal: AbortSignal.any([signal, silence.signal]),
      headers: lastEventId === '' ? {} : { 'Last-Event-ID': lastEventId },
    })
    const parser = new EventParser()
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), silenceMaxMs)
      yield* parser.feed(read.value)
    }
  } finally {
    clearTimeout(timer)
  }
}

/** A server that stops is found again; a session that has ended is not. */
function refuseExpired({ data }: ServerEvent): void {
  if (data.includes('credential')) throw new ApiProblem(401, 'token_expired', 'Your session has ended.')
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
