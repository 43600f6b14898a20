import { formatMicros } from '@logboom/contracts'
import type { Entry, Gap, PushAnswer, Rejection } from '@logboom/contracts'
import type { AgentMetrics } from '../metrics.ts'
import type { DeadLetters } from '../spool/dead-letters.ts'
import type { Fates } from '../spool/ledger.ts'
import { packBody, unpackBody } from '../spool/push-body.ts'
import { gapsOfEntries, gapsOfExpired } from './gaps-of-entries.ts'
import type { Verdict } from './judge-answer.ts'
import type { Push } from './send-push.ts'

export interface DeliverDeps {
  /** Sends until there is an answer that repeating would not change. */
  send: (push: Push) => Promise<Settled>
  deadLetters: DeadLetters
  metrics: AgentMetrics
  /** So many entries at once were too many. */
  tooMany: (entries: number) => void
}

export type Settled = Exclude<Verdict, { kind: 'retry' }>

/** What is sent in one request, as the spool keeps it. */
export interface Delivery {
  key: string
  instance: string
  number: number
  entries: number
  /** As that of a push. */
  clockMs: number
  body: Buffer
  /** It may have been sent under another number. */
  isRenumbered: boolean
  /** What was not taken of it when it was answered before; null the first time. */
  knownFates: Fates | null
}

export interface Delivered {
  gaps: Gap[]
  /** Of its entries, how many were not taken. */
  fates: Fates
}

/**
 * Brings a part to the broker, and resolves with the gaps that it leaves. What is refused as a whole is halved until
 * only the entries are left that are poison; these go to the dead letters. Keys and bodies of the pieces follow from the
 * part alone, so that doing it again after a crash repeats them exactly.
 */
export async function deliverBatch(delivery: Delivery, deps: DeliverDeps): Promise<Delivered> {
  const { key, instance, number, clockMs, entries: count, body, isRenumbered, knownFates } = delivery
  const as = { instance, clockMs }
  const verdict = await deps.send({ ...as, key, number, entries: count, body, isPaid: true })
  // The broker counts batches: an empty one takes the number of what came in pieces, or under another number.
  const takeNumber = async (gaps: Gap[], sentAt: string) => {
    const rest = await packBody({ key: `${key}.0`, sentAt, gaps, logs: Buffer.alloc(0) })
    await deps.send({ ...as, key: `${key}.0`, number, entries: 0, body: rest, isPaid: false })
  }
  if (verdict.kind === 'accepted') {
    const { answer, isReplayed } = verdict
    const entries = isAllTaken(answer) ? [] : (await unpackBody(body)).entries
    const delivered = await (knownFates
      ? laterGaps(answer, entries, knownFates)
      : gapsOfAnswer(answer, count, entries, deps))
    if (isReplayed && isRenumbered) await takeNumber([], formatMicros(Date.now() * 1000))
    return delivered
  }
  if (verdict.kind === 'too_large') deps.tooMany(count)
  const { entries, gaps, sentAt } = await unpackBody(body)
  const delivered = await deliverPart({ ...as, key, sentAt, entries }, verdict, deps)
  await takeNumber(gaps, sentAt)
  return knownFates ? { gaps: [], fates: knownFates } : delivered
}

/** Answered again because it was not committed: a gap tells of what was taken before and has expired since. */
function laterGaps({ expired = 0 }: PushAnswer, entries: readonly Entry[], known: Fates): Delivered {
  const more = Math.max(0, expired - known.expired)
  return { gaps: gapsOfExpired(entries, more), fates: { ...known, expired: known.expired + more } }
}

interface Part {
  key: string
  instance: string
  clockMs: number
  sentAt: string
  entries: Entry[]
}

/** Goes on with a part that was answered with `verdict`. */
async function deliverPart(part: Part, verdict: Settled, deps: DeliverDeps): Promise<Delivered> {
  const { key, entries } = part
  if (verdict.kind === 'accepted') return gapsOfAnswer(verdict.answer, entries.length, entries, deps)
  const told = verdict.kind === 'refused' ? verdict.rejected : null
  if (told) return quarantine(entries, told, deps)
  if (entries.length <= 1) {
    const code = verdict.kind === 'refused' ? verdict.code : verdict.kind
    return quarantine(entries, [{ index: 0, code, detail: 'refused alone' }], deps)
  }
  const middle = Math.ceil(entries.length / 2)
  const halves = [entries.slice(0, middle), entries.slice(middle)]
  const lost: Delivered[] = []
  for (const [index, half] of halves.entries()) {
    const next = { ...part, key: `${key}.${index + 1}`, entries: half }
    lost.push(await deliverPart(next, await sendPart(next, deps), deps))
  }
  return {
    gaps: lost.flatMap(({ gaps }) => gaps),
    fates: {
      expired: lost.reduce((sum, { fates }) => sum + fates.expired, 0),
      rejected: lost.reduce((sum, { fates }) => sum + fates.rejected, 0),
    },
  }
}

async function sendPart(
  { key, instance, clockMs, sentAt, entries }: Part,
  deps: DeliverDeps,
): Promise<Settled> {
  const logs = Buffer.from(entries.map((entry) => JSON.stringify(entry)).join(','))
  return deps.send({
    key,
    instance,
    clockMs,
    number: null,
    isPaid: false,
    entries: entries.length,
    body: await packBody({ key, sentAt, gaps: [], logs }),
  })
}

function isAllTaken({ rejected = [], expired = 0 }: PushAnswer): boolean {
  return rejected.length === 0 && expired === 0
}

async function gapsOfAnswer(
  { rejected = [], expired = 0 }: PushAnswer,
  sent: number,
  entries: readonly Entry[],
  deps: DeliverDeps,
): Promise<Delivered> {
  deps.metrics.sent(sent - rejected.length - expired)
  const fates = { expired, rejected: rejected.length }
  if (rejected.length === 0 && expired === 0) return { gaps: [], fates }
  const refusedIndexes = new Set(rejected.map(({ index }) => index))
  const others = entries.filter((_entry, index) => !refusedIndexes.has(index))
  if (expired > 0) deps.metrics.refused('expired', expired)
  const { gaps } = await quarantine(entries, rejected, deps)
  return { gaps: [...gaps, ...gapsOfExpired(others, expired)], fates }
}

async function quarantine(
  entries: readonly Entry[],
  rejected: readonly Rejection[],
  { deadLetters, metrics }: DeliverDeps,
): Promise<Delivered> {
  const letters = rejected.flatMap(({ index, code, detail }) => {
    const entry = entries[index]
    return entry ? [{ entry, code, detail }] : []
  })
  if (letters.length === 0) return { gaps: [], fates: { expired: 0, rejected: 0 } }
  metrics.refused('rejected', letters.length)
  // A copy to look at. A disk that does not take it must not stop what can be delivered; the gap tells all the same.
  await deadLetters.add(letters).catch(() => metrics.writeFailure())
  return {
    gaps: gapsOfEntries(
      letters.map(({ entry }) => entry),
      'rejected',
    ),
    fates: { expired: 0, rejected: letters.length },
  }
}
