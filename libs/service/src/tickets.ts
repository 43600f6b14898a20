import { createHash, randomBytes } from 'node:crypto'
import { Problem } from '@logboom/contracts'
import { z } from 'zod'
import type { Principal } from './principal.ts'
import { openText, sealText } from './seal.ts'

/** Where tickets wait, which all processes share. */
export interface TicketPlace {
  put(id: string, text: string, seconds: number): Promise<void>
  /** Once. */
  take(id: string): Promise<string | null>
}

export interface Tickets {
  /** A ticket that lets its holder in once. @throws {Problem} 503 */
  issue(principal: Principal): Promise<{ ticket: string; expiresInS: number }>
  /** Who it was given to, as it was then; null when it is unknown, used or too old. @throws {Problem} 503 */
  redeem(ticket: string): Promise<Principal | null>
}

export interface TicketsOptions {
  /** Null: there is none, and no tickets. */
  place: TicketPlace | null
  /** What is kept is sealed with it: who can write there cannot make a ticket. */
  secret: string
}

const lifetimeS = 30
const purpose = 'logboom ticket'
const shape = /^lbt_[\w-]{43}$/

/** Tickets for EventSource and WebSocket, which send no headers: an address may be logged anywhere, so it is good once. */
export function createTickets({ place, secret }: TicketsOptions): Tickets {
  return {
    async issue(principal) {
      const ticket = `lbt_${randomBytes(32).toString('base64url')}`
      const text = sealText(JSON.stringify(principal), secret, purpose)
      await reached(place, (there) => there.put(idOf(ticket), text, lifetimeS))
      return { ticket, expiresInS: lifetimeS }
    },
    async redeem(ticket) {
      if (!shape.test(ticket)) return null
      const text = await reached(place, (there) => there.take(idOf(ticket)))
      return text === null ? null : principalIn(text, secret)
    },
  }
}

function idOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64url')
}

async function reached<T>(place: TicketPlace | null, use: (place: TicketPlace) => Promise<T>): Promise<T> {
  if (!place) throw new Problem('unavailable', 'tickets need Redis: REDIS_URL is not set')
  try {
    return await use(place)
  } catch (cause) {
    throw new Problem('unavailable', 'tickets need Redis, which does not answer', { cause })
  }
}

const caller = {
  subject: z.string(),
  label: z.string(),
  expiresAtMs: z.number().nullable(),
  session: z.string().exactOptional(),
}
const texts = z.array(z.string()).nullable()

const Held = z.discriminatedUnion('kind', [
  z.object({ ...caller, kind: z.literal('admin'), pakId: z.string().nullable() }),
  z.object({
    ...caller,
    kind: z.literal('agent'),
    pakId: z.string(),
    agentId: z.string(),
    limits: z.record(z.string(), z.number()),
  }),
  z.object({
    ...caller,
    kind: z.literal('reader'),
    pakId: z.string().nullable(),
    agents: texts,
    namespaces: texts,
  }),
])

/** Null for what we did not seal, or sealed in another form. */
function principalIn(text: string, secret: string): Principal | null {
  try {
    return Held.parse(JSON.parse(openText(text, secret, purpose)))
  } catch {
    return null
  }
}
