import { deepEqual, equal, ok } from 'node:assert/strict'
import { ingestFates, writerFates } from '@logboom/contracts'
import { untilDrained } from '@logboom/system'
import type { Metrics, Role, System } from '@logboom/system'

export interface Verdict {
  /** Rows in the table. */
  rows: number
  /** Jobs in the ledger. */
  jobs: number
  /** Entries that came again and were recognised. */
  duplicates: number
}

/**
 * Waits until the queue is empty, then holds what was produced against what is there: every line once, none twice,
 * nothing else; and every entry's fate adds up, in the ledger, in the counts and in the metrics.
 * `mayRepeat` where a sender that was killed sends some lines again, with the ids that they had.
 */
export async function expectStoredOnce(
  system: System,
  produced: readonly string[],
  { mayRepeat = false } = {},
): Promise<Verdict> {
  await untilDrained(system.lookRedis)
  const stored = await readMessages(system)
  deepEqual(differencesOf(produced, stored), { missing: [], doubled: [], strange: [] })
  const ledger = await readLedger(system)
  equal(ledger.stored, stored.length)
  equal(ledger.counted, stored.length)
  equal(ledger.dead_letter, ledger.dead_letters)
  equal(totalOf(ledger), produced.length + (mayRepeat ? ledger.duplicate : 0))
  await expectFatesInMetrics(system, ledger)
  return { rows: stored.length, jobs: ledger.jobs, duplicates: ledger.duplicate }
}

/** Each produced text as often as it was produced; a few examples of every difference. */
function differencesOf(
  produced: readonly string[],
  stored: readonly string[],
): { missing: string[]; doubled: string[]; strange: string[] } {
  const left = new Map<string, number>()
  for (const text of produced) left.set(text, (left.get(text) ?? 0) + 1)
  const known = new Set(left.keys())
  for (const text of stored) left.set(text, (left.get(text) ?? 0) - 1)
  const those = (isOne: (text: string, count: number) => boolean) =>
    [...left]
      .filter(([text, count]) => isOne(text, count))
      .map(([text, count]) => `${count} × ${text.slice(0, 150)}`)
      .slice(0, 5)
  return {
    missing: those((_, count) => count > 0),
    doubled: those((text, count) => count < 0 && known.has(text)),
    strange: those((text) => !known.has(text)),
  }
}

async function readMessages({ pool }: System): Promise<string[]> {
  const { rows } = await pool.query<{ message: string }>('select message from agent_log_lines')
  return rows.map(({ message }) => message)
}

type Ledger = Record<(typeof writerFates)[number] | 'jobs' | 'counted' | 'dead_letters', number>

async function readLedger({ pool }: System): Promise<Ledger> {
  const { rows } = await pool.query<Ledger>(`
    select count(*)::float8 as jobs,
      ${writerFates.map((fate) => `coalesce(sum(${fate}), 0)::float8 as ${fate}`).join(', ')},
      (select coalesce(sum(rows), 0)::float8 from (
        select rows from log_counts union all select rows from log_count_deltas
      ) as counts) as counted,
      (select count(*)::float8 from dead_letters) as dead_letters
    from write_log`)
  const [ledger] = rows
  if (!ledger) throw new Error('an aggregate has one row')
  return ledger
}

/** What ingest-api had accepted, as the writers found it. */
function totalOf(ledger: Ledger): number {
  return writerFates.reduce((sum, fate) => sum + ledger[fate], 0)
}

/**
 * Within a process both sums hold at any time. Against the ledger they are exact where every process of a stage still
 * has the counters it began with and heard of each of its commits; else only the lesser can be said.
 */
async function expectFatesInMetrics(system: System, ledger: Ledger): Promise<void> {
  const ingest = await system.ingest.metrics()
  const fates = ingestFates.map((fate) => fateOf(ingest, 'ingest', fate))
  equal(
    ingest.sum('logboom_entries_received_total'),
    fates.reduce((sum, count) => sum + count, 0),
  )
  expectAccounted(fateOf(ingest, 'ingest', 'accepted'), totalOf(ledger), isFirstLife(system.ingest))

  const writers = await Promise.all(system.writers.map((writer) => writer.metrics()))
  const unheard = writers.reduce(
    (sum, one) => sum + one.sum('logboom_batches_total', { result: 'committed_before' }),
    0,
  )
  for (const fate of writerFates) {
    const counted = writers.reduce((sum, metrics) => sum + fateOf(metrics, 'writer', fate), 0)
    expectAccounted(counted, ledger[fate], unheard === 0 && isFirstLife(...system.writers))
  }
}

function isFirstLife(...roles: Role[]): boolean {
  return roles.every((role) => role.lives === 1)
}

function expectAccounted(counted: number, inLedger: number, isExact: boolean): void {
  if (isExact) equal(counted, inLedger)
  else ok(counted <= inLedger, `${counted} counted, ${inLedger} in the ledger`)
}

function fateOf(metrics: Metrics, stage: 'ingest' | 'writer', fate: string): number {
  return metrics.sum('logboom_entries_total', { stage, fate })
}
