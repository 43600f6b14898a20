import type { Entry, Gap, PushAnswer, Rejection } from '@logboom/contracts'
import type { AgentMetrics } from '../metrics.ts'
import type { StoredBatch } from '../spool/batch-file.ts'
import type { DeadLetters } from '../spool/dead-letters.ts'
import { packBody, unpackBody } from '../spool/push-body.ts'
import { gapsOfEntries, gapsOfExpired } from './gaps-of-entries.ts'
import type { Verdict } from './judge-answer.ts'
import type { Push } from './send-push.ts'

export interface DeliverDeps {
  /** Sends until there is an answer that repeating would not change. */
  send: (push: Push) => Promise<Settled>
  deadLetters: DeadLetters
  metrics: AgentMetrics
}

export type Settled = Exclude<Verdict, { kind: 'retry' }>

/**
 * Brings a batch to the broker, and resolves with the gaps that it leaves. A batch that is refused as a whole is
 * halved until only the entries are left that are poison; these go to the dead letters. Keys and bodies of the parts
 * follow from the batch alone, so that doing it again after a crash repeats them exactly.
 */
export async function deliverBatch({ header, body }: StoredBatch, deps: DeliverDeps): Promise<Gap[]> {
  const { key, number, entries: count } = header
  const verdict = await deps.send({ key, number, entries: count, body })
  if (verdict.kind === 'accepted') {
    const isWhole = isAllTaken(verdict.answer)
    return gapsOfAnswer(verdict.answer, count, isWhole ? [] : (await unpackBody(body)).entries, deps)
  }
  const { entries, gaps, sentAt } = await unpackBody(body)
  const lost = await deliverPart({ key, sentAt, entries }, verdict, deps)
  // The broker counts batches: an empty one takes the number of what came in parts, and brings the gaps.
  const rest = await packBody({ key: `${key}.0`, sentAt, gaps, logs: Buffer.alloc(0) })
  await deps.send({ key: `${key}.0`, number, entries: 0, body: rest })
  return lost
}

interface Part {
  key: string
  sentAt: string
  entries: Entry[]
}

/** Goes on with a part that was answered with `verdict`. */
async function deliverPart(part: Part, verdict: Settled, deps: DeliverDeps): Promise<Gap[]> {
  const { key, sentAt, entries } = part
  if (verdict.kind === 'accepted') return gapsOfAnswer(verdict.answer, entries.length, entries, deps)
  const told = verdict.kind === 'refused' ? verdict.rejected : null
  if (told) return quarantine(entries, told, deps)
  if (entries.length <= 1) {
    const code = verdict.kind === 'refused' ? verdict.code : verdict.kind
    return quarantine(entries, [{ index: 0, code, detail: 'refused alone' }], deps)
  }
  const middle = Math.ceil(entries.length / 2)
  const halves = [entries.slice(0, middle), entries.slice(middle)]
  const lost: Gap[] = []
  for (const [index, half] of halves.entries()) {
    const next = { key: `${key}.${index + 1}`, sentAt, entries: half }
    lost.push(...(await deliverPart(next, await sendPart(next, deps), deps)))
  }
  return lost
}

async function sendPart({ key, sentAt, entries }: Part, deps: DeliverDeps): Promise<Settled> {
  const logs = Buffer.from(entries.map((entry) => JSON.stringify(entry)).join(','))
  return deps.send({
    key,
    number: null,
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
): Promise<Gap[]> {
  deps.metrics.sent(sent - rejected.length - expired)
  if (rejected.length === 0 && expired === 0) return []
  const refusedIndexes = new Set(rejected.map(({ index }) => index))
  const others = entries.filter((_entry, index) => !refusedIndexes.has(index))
  if (expired > 0) deps.metrics.refused('expired', expired)
  return [...(await quarantine(entries, rejected, deps)), ...gapsOfExpired(others, expired)]
}

async function quarantine(
  entries: readonly Entry[],
  rejected: readonly Rejection[],
  { deadLetters, metrics }: DeliverDeps,
): Promise<Gap[]> {
  const letters = rejected.flatMap(({ index, code, detail }) => {
    const entry = entries[index]
    return entry ? [{ entry, code, detail }] : []
  })
  if (letters.length === 0) return []
  metrics.refused('rejected', letters.length)
  await deadLetters.add(letters)
  return gapsOfEntries(
    letters.map(({ entry }) => entry),
    'rejected',
  )
}
