import { z } from 'zod'
import { createLineSplitter } from '../split-lines.ts'
import type { EngineHttp } from './engine-http.ts'

/** What happened to a container. */
export interface EngineEvent {
  id: string
  action: 'start' | 'die' | 'destroy' | 'rename'
}

const actions = ['start', 'die', 'destroy', 'rename'] as const

const Event = z.object({
  Action: z.enum(actions).or(z.literal('remove').transform(() => 'destroy' as const)),
  Actor: z.object({ ID: z.string() }),
})

const eventBytesMax = 1_048_576

/**
 * What happens to containers from `sinceSeconds` on, by the engine's clock, as it happens. Ends when the engine does.
 * @throws {EngineError} or what the connection broke with
 */
export async function* readEngineEvents(
  http: EngineHttp,
  sinceSeconds: number | null,
  signal: AbortSignal,
): AsyncGenerator<EngineEvent> {
  const filters = JSON.stringify({ type: ['container'], event: [...actions, 'remove'] })
  const since = sinceSeconds === null ? {} : { since: String(sinceSeconds) }
  const body = await http.open('/events', { filters, ...since }, signal)
  const splitter = createLineSplitter(eventBytesMax)
  for await (const chunk of body as AsyncIterable<Buffer>) {
    for (const { bytes } of splitter.write(chunk)) {
      const event = Event.safeParse(parseJson(bytes.toString()))
      if (event.success) yield { id: event.data.Actor.ID, action: event.data.Action }
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
