import type pg from 'pg'

export interface StoredBytes {
  rows: number
  heap: number
  indexes: number
}

/** Counts every row; throws unless there are exactly so many: then a line was lost or doubled. */
export async function expectRows(pool: pg.Pool, expected: number): Promise<void> {
  const { rows } = await pool.query<{ count: string }>('select count(*) from agent_logs')
  const count = Number(rows[0]?.count)
  if (count !== expected)
    throw new Error(`${expected} entries were accepted, ${count} are stored: this run is void`)
}

/** What the partitions of `agent_logs` take on disk. */
export async function measureBytes(pool: pg.Pool): Promise<StoredBytes> {
  const { rows } = await pool.query<{ rows: string; heap: string; indexes: string }>(`
    select (select count(*) from agent_logs) as rows,
      coalesce(sum(pg_table_size(inhrelid)), 0) as heap, coalesce(sum(pg_indexes_size(inhrelid)), 0) as indexes
    from pg_inherits
    where inhparent in (select inhrelid from pg_inherits where inhparent = 'agent_logs'::regclass)`)
  const [found] = rows
  return { rows: Number(found?.rows), heap: Number(found?.heap), indexes: Number(found?.indexes) }
}

/** Bytes of write-ahead log so far. */
export async function walBytes(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ bytes: string }>(`select pg_current_wal_lsn() - '0/0' as bytes`)
  return Number(rows[0]?.bytes)
}

/**
 * Empties everything that lines and batches leave, so that each run begins as the first one did. After the checkpoint
 * the log is written over old segments, as it is on a server that has run for a while, and not into new ones.
 */
export async function emptyTables(pool: pg.Pool): Promise<void> {
  await pool.query('truncate agent_logs, write_log, log_count_deltas, log_counts, log_streams, log_gaps')
  await pool.query('checkpoint')
}
