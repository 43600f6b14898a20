import pg from 'pg'
import type { Broker } from '../open-broker.ts'
import type { LoadedWhile } from './measure-load.ts'
import { untilWorkIsDone } from './measure-deletes.ts'

export interface ReaderRun {
  load: LoadedWhile
  /** From the reader's COMMIT until every expired leaf is gone. */
  goneAfterMs: number
}

/**
 * A transaction that has read every leaf begins just before leaves expire, and stays open as long as the load goes on:
 * no drop can succeed, and none may keep ingest waiting.
 */
export async function measureReader(
  broker: Broker,
  loaded: (work: () => Promise<void>) => Promise<LoadedWhile>,
  { expire }: { expire: () => Promise<void> },
): Promise<ReaderRun> {
  const reader = new pg.Client({ connectionString: broker.postgres.url })
  await reader.connect()
  try {
    const held = await leavesOf(broker)
    const load = await loaded(async () => {
      // One row is enough: every leaf is locked. Then the leaves expire while the reader is still young.
      await reader.query('begin isolation level repeatable read')
      await reader.query('select 1 from agent_logs limit 1')
      await expire()
    })
    if ((await leavesOf(broker)) < held) throw new Error('a leaf was dropped that a reader had read')
    const startedMs = performance.now()
    await reader.query('commit')
    await untilWorkIsDone(broker.pool, 20)
    return { load, goneAfterMs: performance.now() - startedMs }
  } finally {
    await reader.end()
  }
}

async function leavesOf({ pool }: Broker): Promise<number> {
  const { rows } = await pool.query<{ leaves: string }>('select count(*) as leaves from log_partitions')
  return Number(rows[0]?.leaves)
}
