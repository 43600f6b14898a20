import { createHash } from 'node:crypto'
import { buildTraceFilter, traceHash } from '@logboom/contracts'
import { createPartitions } from '@logboom/db'
import type { AgentAccount } from '@logboom/system'
import type pg from 'pg'
import type { Progress } from '../progress.ts'
import { planSeed, seedRoles } from './plan-seed.ts'
import type { SeedBatch } from './plan-seed.ts'

export interface Seed {
  rows: number
  fromUs: number
  toUs: number
  batches: number
  /** The deployment object that one pod of `seedRoles.deployed` belongs to. */
  deploymentObjectId: string
}

export interface SeedOptions {
  rows: number
  agents: readonly AgentAccount[]
  progress: Progress
}

const hours = 12
const batchesPerStatement = 100
const connections = 2
const deploymentObjectId = '00000000-0000-4000-8000-00000000d0b1'
/** A seed takes minutes, and so do the measurements: nothing of it may expire meanwhile. */
const retentionSeconds = (hours + 2) * 3_600

/**
 * Writes lines of the last twelve hours, as the writers would have: rows in the order of receipt, their streams, their
 * counts, and their batches in the ledger. By INSERT … SELECT within PostgreSQL, which makes them up as it goes.
 */
export async function seedLines(pool: pg.Pool, { rows, agents, progress }: SeedOptions): Promise<Seed> {
  const toUs = Date.now() * 1000
  const fromUs = toUs - hours * 3_600e6
  await pool.query('update retention_classes set retention_seconds = $1::integer where id = 1', [
    retentionSeconds,
  ])
  await createPartitions(pool, { retentionClass: 1, fromUs, toUs: toUs + 3_600e6 })
  const batches = planSeed({ rows, agents: agents.length, fromUs, toUs })
  await insertStreams(pool, batches, agents)
  await insertAll(pool, batches, { agents, progress })
  progress.step('reads: counting, analysing and warming what was written')
  await pool.query(countsSql)
  await pool.query(streamTotalsSql)
  await pool.query('analyze')
  const stored = await pool.query<{ rows: string }>(
    'select count(*) as rows from agent_logs where flags >= 0',
  )
  return { rows: Number(stored.rows[0]?.rows), batches: batches.length, fromUs, toUs, deploymentObjectId }
}

async function insertStreams(
  pool: pg.Pool,
  batches: readonly SeedBatch[],
  agents: readonly AgentAccount[],
): Promise<void> {
  await pool.query('insert into deployment_objects (id, agent_id) values ($1::uuid, $2::uuid)', [
    deploymentObjectId,
    agents[seedRoles.deployed]?.id,
  ])
  const pods = agents.map((_, agent) => batches.find((batch) => batch.agent === agent)?.pods ?? 0)
  await pool.query(streamsSql, [agents.map(({ id }) => id), pods, deploymentObjectId, seedRoles.deployed])
}

/** The older half and the newer half at the same time, each in the order of receipt. */
async function insertAll(
  pool: pg.Pool,
  batches: readonly SeedBatch[],
  { agents, progress }: Pick<SeedOptions, 'agents' | 'progress'>,
): Promise<void> {
  let done = 0
  const share = Math.ceil(batches.length / connections)
  const insertShare = async (_: unknown, part: number): Promise<void> => {
    const end = Math.min(batches.length, (part + 1) * share)
    for (let at = part * share; at < end; at += batchesPerStatement) {
      const some = batches.slice(at, Math.min(end, at + batchesPerStatement))
      await insertSome(pool, some, { agents, firstNumber: at })
      done += some.length
      progress.now(`reads: ${done} of ${batches.length} batches written`)
    }
  }
  await Promise.all(Array.from({ length: connections }, insertShare))
}

async function insertSome(
  pool: pg.Pool,
  batches: readonly SeedBatch[],
  { agents, firstNumber }: { agents: readonly AgentAccount[]; firstNumber: number },
): Promise<void> {
  const values = [
    batches.map((_, index) => firstNumber + index),
    batches.map(({ agent }) => agent),
    batches.map(({ agent }) => agents[agent]?.id),
    batches.map(({ firstLine }) => firstLine),
    batches.map(({ pods }) => pods),
    batches.map(({ rows }) => rows),
    batches.map(({ fromUs }) => fromUs),
    batches.map(({ spanUs }) => spanUs),
    batches.map(({ isRare }) => isRare),
  ]
  await pool.query(rowsSql, values)
  const filters = batches.map((batch, index) => traceFilterOf(batch, firstNumber + index))
  await pool.query(ledgerSql, [...values.slice(0, 8), filters])
}

/** Of a line, by the number of its batch; every fourth line has one. */
export function traceIdOf(batch: number, line: number): string {
  return createHash('md5').update(`${batch}-${line}`).digest('hex')
}

function traceFilterOf({ rows, fromUs, spanUs }: SeedBatch, number: number): Buffer {
  const values = Array.from({ length: Math.ceil(rows / 4) }, (_, n) => ({
    us: fromUs + Math.floor((spanUs * n * 4) / rows),
    hash: traceHash('trace_id', traceIdOf(number, n * 4)),
  }))
  return buildTraceFilter(values, { minUs: fromUs, maxUs: fromUs + spanUs })
}

/** `created_at` belongs to one batch alone: half a second after its last line, and its number in microseconds. */
const batchesFrom = `
  from (
    select *, to_timestamp(0) + make_interval(secs => (from_us + span_us + 500000 + number) / 1e6) as created_at
    from unnest($1::int[], $2::int[], $3::uuid[], $4::int[], $5::int[], $6::int[], $7::float8[], $8::float8[]BATCH_TYPES)
      as batch (number, agent, agent_id, first_line, pods, rows, from_us, span_us BATCH_COLUMNS)
    order by number
  ) as b`

const streamOf = (agentId: string, pod: string): string =>
  `hashint8extended(${pod}, hashtextextended(${agentId}::text, 0))`

const streamsSql = `
  insert into log_streams (id, agent_id, deployment_object_id, namespace, pod_name, pod_uid, container_name, labels,
    first_seen, last_seen)
  select ${streamOf('agent_id', 'pod')}, agent_id, case when agent = $4::int and pod = 0 then $3::uuid end,
    'shop-' || agent % 5, 'web-' || agent || '-' || pod, 'seeded', 'app', jsonb_build_object('app', 'web-' || agent % 10),
    now() - interval '${hours} hours', now()
  from (select agent_id, pods, ordinality - 1 as agent from unnest($1::uuid[], $2::int[]) with ordinality as a (agent_id, pods)) as a
  cross join lateral generate_series(0, least(pods, 5000) - 1) as pod`

const rowsSql = `
  insert into agent_logs (timestamp, created_at, stream_id, id, suborder, retention_class, severity, flags, message,
    attributes)
  select
    at, b.created_at, ${streamOf('b.agent_id', '(b.first_line + line) % b.pods')},
    (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '8' || substr(digest, 1, 3) || '8'
      || substr(digest, 4, 15))::uuid,
    (line % 7) * 2097152 + line, 1,
    case when b.is_rare and line = 500 then 21 else (array[9, 9, 9, 9, 9, 9, 5, 5, 13, 17])[chance % 10 + 1] end, 1,
    rpad((array['GET', 'POST', 'PUT', 'DELETE'])[chance % 4 + 1]
      || (array[' /cart/items', ' /checkout/confirm', ' /users/profile', ' /catalogue/search'])[chance / 7 % 4 + 1]
      || '?id=' || substr(digest, 7, 10) || ' status=200 took ' || chance % 900 || ' ms upstream=' || chance % 97
      || ' retry=' || line % 13 || ' cache=' || substr(digest, 17, 4) || ' session=' || substr(digest, 21, 8)
      || ' shard=7 replica=2 token=44 quota=81 stream=12 lease=63', 200, '.'),
    case when line % 4 = 0 then jsonb_build_object('trace_id', digest) end
  ${batchesFrom.replace('BATCH_TYPES', ', $9::bool[]').replace('BATCH_COLUMNS', ', is_rare')}
  cross join lateral generate_series(0, b.rows - 1) as line
  cross join lateral (
    select md5(b.number || '-' || line) as digest,
      to_timestamp(0) + make_interval(secs => (b.from_us + floor(b.span_us * line / b.rows)) / 1e6) as at
  ) as d
  cross join lateral (select ('x' || substr(digest, 1, 6))::bit(24)::int as chance) as c`

const ledgerSql = `
  insert into write_log (created_at, committed_at, agent_id, job_id, batch_id, min_time, max_time, stream_ids, stored,
    duplicate, expired, agent_deleted, dead_letter, trace_filter, retention_classes)
  select b.created_at, b.created_at, b.agent_id, 'seed-' || b.number, 'seed-' || b.number,
    to_timestamp(b.from_us / 1e6), to_timestamp((b.from_us + b.span_us) / 1e6),
    array(select ${streamOf('b.agent_id', 'pod')} from (
      select distinct (b.first_line + line) % b.pods as pod from generate_series(0, b.rows - 1) as line
    ) as pods),
    b.rows, 0, 0, 0, 0, b.trace_filter, '{1}'
  ${batchesFrom.replace('BATCH_TYPES', ', $9::bytea[]').replace('BATCH_COLUMNS', ', trace_filter')}`

/** Counts are folded as time goes by. */
const countsSql = `
  insert into log_counts (stream_id, minute, created_minute, rows, bytes, retention_class, severity)
  select stream_id, date_trunc('minute', timestamp), date_trunc('minute', created_at), count(*),
    sum(octet_length(message)), retention_class, severity
  from agent_logs
  group by 1, 2, 3, 6, 7
  order by 3, 1`

const streamTotalsSql = `
  update log_streams s set row_count = c.rows, byte_count = c.bytes, last_seen = c.last_seen
  from (
    select stream_id, sum(rows) as rows, sum(bytes) as bytes, max(created_minute) as last_seen
    from log_counts
    group by stream_id
  ) as c
  where c.stream_id = s.id`
