import { randomUUID } from 'node:crypto'
import { createPartition, openDatabase } from '@logboom/db'
import type { Database } from '@logboom/db'
import { createLogger } from '@logboom/service'
import { openTestDatabase } from '@logboom/testing'
import { Registry } from 'prom-client'
import { createMetrics } from './metrics.ts'
import { openSigner } from './open-signer.ts'
import type { RetentionTerms, Work } from './work.ts'

export interface TestWork {
  work: Work
  db: Database
  pool: Database['pool']
  url: string
  close(): Promise<void>
}

/** A database of its own whose default class keeps lines for a minute, in partitions of 10 s. */
export async function openTestWork(terms: Partial<RetentionTerms> = {}, level = 'error'): Promise<TestWork> {
  const database = await openTestDatabase()
  const db = openDatabase({ url: database.url, applicationName: 'retention-test', connectionsMax: 12 })
  // the database is dropped by force while the pool's connections are still saying goodbye
  db.pool.on('connect', (client) => client.on('error', () => undefined))
  await db.pool.query('update retention_classes set retention_seconds = 60, partition_seconds = 10')
  const work: Work = {
    db,
    signer: await openSigner(db, 'a secret of more than thirty-two characters'),
    terms: {
      cleanupIntervalSeconds: 10,
      maxDeleteBatch: 10_000,
      maxLogsPerAgent: 0,
      maxLogsPerDeployment: 0,
      ...terms,
    },
    metrics: createMetrics(new Registry()),
    log: createLogger('retention-test', { level }),
    mayGoOn: () => Promise.resolve(true),
    heldSince: new Map(),
  }
  const close = async () => {
    await db.close()
    await database.close()
  }
  return { work, db, pool: db.pool, url: database.url, close }
}

export async function addAgent(pool: Database['pool'], limits: Record<string, number> = {}): Promise<string> {
  const id = randomUUID()
  await pool.query(
    `insert into agents (id, name, cluster_name, limits) values ($1::uuid, $1::text, 'test', $2::jsonb)`,
    [id, JSON.stringify(limits)],
  )
  return id
}

let lastStream = 1000

export async function addStream(
  pool: Database['pool'],
  agentId: string,
  {
    deploymentId = null,
    lastSeenSecondsAgo = 0,
    podName = 'pod',
  }: { deploymentId?: string | null; lastSeenSecondsAgo?: number; podName?: string } = {},
): Promise<string> {
  lastStream += 1
  if (deploymentId !== null) {
    await pool.query(
      'insert into deployment_objects (id, agent_id) values ($1::uuid, $2::uuid) on conflict do nothing',
      [deploymentId, agentId],
    )
  }
  await pool.query(
    `insert into log_streams (id, agent_id, deployment_object_id, namespace, pod_name, first_seen, last_seen)
     values ($1::bigint, $2::uuid, $3::uuid, 'default', $5::text, now(), now() - make_interval(secs => $4::integer))`,
    [lastStream, agentId, deploymentId, lastSeenSecondsAgo, podName],
  )
  return String(lastStream)
}

export interface Lines {
  streamId: string
  count: number
  /** Seconds before now of the oldest and the newest line. */
  fromAgo: number
  toAgo: number
  /** Seconds from the line to its receipt; default 0. */
  delay?: number
  retentionClass?: number
  message?: string
}

/** Stores lines as a writer does: with their counts in the same transaction, into partitions made as needed. */
export async function addLines(pool: Database['pool'], lines: Lines): Promise<void> {
  const { streamId, count, fromAgo, toAgo, delay = 0, retentionClass = 1, message = 'a line' } = lines
  const { rows } = await pool.query<{ now_us: string; step_us: string }>(
    `select (extract(epoch from now()) * 1000000)::bigint as now_us, partition_seconds::bigint * 1000000 as step_us
     from retention_classes where id = $1::smallint`,
    [retentionClass],
  )
  // old lines stand at whole tens of seconds, so that a test knows in how many partitions
  const nowUs = toAgo > 100 ? Math.floor(Number(rows[0]?.now_us) / 1e7) * 1e7 : Number(rows[0]?.now_us)
  const fromUs = nowUs - fromAgo * 1e6
  const toUs = nowUs - toAgo * 1e6
  for (let timeUs = fromUs; timeUs < toUs;) {
    timeUs = (await createPartition(pool, { retentionClass, timeUs })).toUs
  }
  await pool.query(
    `with stored as (
       insert into agent_logs (timestamp, created_at, stream_id, id, suborder, retention_class, severity, flags, message)
       select t, t + make_interval(secs => $4::float8), $1::bigint, gen_random_uuid(), 0, $5::smallint, case i % 3 when 0 then 9 when 1 then 17 end,
         0, $6::text || ' ' || i
       from generate_series(0, $7::integer - 1) as i,
         lateral (select timestamptz 'epoch' + ($2::float8 + ($3::float8 - $2::float8) * i / $7::integer) * interval '1 microsecond' as t) as at
       returning *
     )
     insert into log_count_deltas
     select stream_id, date_trunc('minute', timestamp), date_trunc('minute', created_at), count(*), sum(octet_length(message)),
       retention_class, severity
     from stored group by 1, 2, 3, 6, 7`,
    [streamId, fromUs, toUs, delay, retentionClass, message, count],
  )
}

export async function countLines(pool: Database['pool'], where = 'true'): Promise<number> {
  const { rows } = await pool.query<{ lines: number }>(
    `select count(*)::integer as lines from agent_logs where ${where}`,
  )
  return rows[0]?.lines ?? -1
}

/** Where counts and deltas together differ from the rows; empty when the counts are true. */
export async function countFaults(pool: Database['pool']): Promise<unknown[]> {
  const { rows } = await pool.query(`
    with counted as (
      select stream_id, minute, created_minute, retention_class, severity, sum(rows) as rows, sum(bytes) as bytes
      from (
        select stream_id, minute, created_minute, retention_class, severity, rows, bytes from log_counts
        union all
        select stream_id, minute, created_minute, retention_class, severity, rows, bytes from log_count_deltas
      ) as all_counts
      group by 1, 2, 3, 4, 5 having sum(rows) <> 0 or sum(bytes) <> 0
    ), there as (
      select stream_id, date_trunc('minute', timestamp), date_trunc('minute', created_at), retention_class, severity,
        count(*)::numeric, sum(octet_length(message))::numeric
      from agent_logs group by 1, 2, 3, 4, 5
    )
    (table counted except table there) union all (table there except table counted)`)
  return rows
}
