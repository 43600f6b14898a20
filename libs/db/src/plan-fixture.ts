import pg from 'pg'
import type { Pool } from 'pg'
import type { Sql } from 'sql-template-tag'
import { createPartitions } from './create-partitions.ts'

/** Lines of six hours in six partitions, by agents as they usually are and by four that are not. */
export interface PlanLines {
  fromUs: number
  toUs: number
  /** Partitions, oldest first. */
  leaves: string[]
  agents: Record<'usual' | 'loud' | 'manyStreams' | 'quiet', string>
}

const hourUs = 3_600e6
const hours = 6

/** What an agent is, how many streams it has, and how many lines in each hour. */
const writers = [
  { name: 'usual', agents: 12, streams: 4, lines: 1_000 },
  { name: 'loud', agents: 1, streams: 4, lines: 12_000 },
  { name: 'manyStreams', agents: 1, streams: 2_500, lines: 1_000 },
] as const

/** 150 000 lines with their counts, one in each partition FATAL; then ANALYZE. */
export async function storePlanLines(pool: Pool): Promise<PlanLines> {
  const toUs = Math.floor((Date.now() * 1000) / hourUs) * hourUs
  const fromUs = toUs - hours * hourUs
  await pool.query(
    'update retention_classes set retention_seconds = 86400, partition_seconds = 3600 where id = 1',
  )
  const leaves = await createPartitions(pool, { retentionClass: 1, fromUs, toUs: toUs - 1 })
  for (const { name, agents, streams, lines } of writers) {
    await pool.query(
      `insert into agents (name, cluster_name) select $1 || '-' || n, 'test' from generate_series(1, $2::int) n`,
      [name, agents],
    )
    await pool.query(streamsSql, [name, streams])
    await pool.query(linesSql, [name, streams, lines * hours, fromUs / 1e6, hours * 3_600])
  }
  await pool.query(`insert into agents (name, cluster_name) values ('quiet-1', 'test')`)
  await pool.query(streamsSql, ['quiet', 1])
  await pool.query(linesSql, ['quiet', 1, 1, fromUs / 1e6, 7_200])
  await pool.query(rareSql)
  await pool.query(countsSql)
  await pool.query('analyze')
  const { rows } = await pool.query<{ name: string; id: string }>(
    `select name, id from agents where name like '%-1'`,
  )
  const idOf = (name: string) => rows.find((row) => row.name === `${name}-1`)?.id ?? ''
  const agents = {
    usual: idOf('usual'),
    loud: idOf('loud'),
    manyStreams: idOf('manyStreams'),
    quiet: idOf('quiet'),
  }
  return { fromUs, toUs, leaves: leaves.map(({ name }) => name), agents }
}

const streamsSql = `
  insert into log_streams (id, agent_id, namespace, pod_name, first_seen, last_seen)
  select hashint8extended(pod, hashtextextended(id::text, 0)), id, 'shop', 'pod-' || pod, now(), now()
  from agents cross join generate_series(0, $2::int - 1) pod
  where name like $1 || '-%'`

const linesSql = `
  insert into agent_logs (timestamp, created_at, stream_id, id, suborder, retention_class, severity, flags, message)
  select to_timestamp($4::float8 + $5::float8 * (n + 0.5) / $3::int), now(),
    hashint8extended(n % $2::int, hashtextextended(a.id::text, 0)), gen_random_uuid(), 0, 1,
    case when n / $2::int % 10 = 0 then 17 else 9 end, 1, rpad('line ' || n, 200, '.')
  from generate_series(0, $3::int - 1) n cross join agents a
  where a.name like $1 || '-%'
  order by 1`

/** One in each partition, of a usual agent. */
const rareSql = `
  update agent_logs l set severity = 21
  from (
    select distinct on (l.tableoid) l.tableoid as leaf, l.ctid as place
    from agent_logs l join log_streams s on s.id = l.stream_id join agents a on a.id = s.agent_id
    where a.name = 'usual-1'
    order by l.tableoid, l.timestamp
  ) as rare
  where l.tableoid = rare.leaf and l.ctid = rare.place`

const countsSql = `
  insert into log_counts (stream_id, minute, created_minute, rows, bytes, retention_class, severity)
  select stream_id, date_trunc('minute', timestamp), date_trunc('minute', created_at), count(*),
    sum(octet_length(message)), retention_class, severity
  from agent_logs group by 1, 2, 3, 6, 7`

/** How one leaf was read: by which scan, through which index, and how many rows were looked at. */
export interface LeafScan {
  node: string
  relation: string
  index: string | null
  /** Given out and filtered out, of all loops. */
  rows: number
}

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Loops': number
  'Actual Rows': number
  'Rows Removed by Filter'?: number
  Plans?: PlanNode[]
}

/** Runs a statement and tells how each table that begins with `prefix` was really read; what was never executed is left out. */
export function explainScans(pool: Pool, { text, values }: Sql, prefix: string): Promise<LeafScan[]> {
  return scansOf(pool, { text, values }, prefix)
}

/** The same of a statement that the only connection of the pool keeps under this name, by the plan that is for all values. */
export async function explainPrepared(
  pool: Pool,
  { name, values }: { name: string; values: readonly unknown[] },
  prefix: string,
): Promise<LeafScan[]> {
  await pool.query('set plan_cache_mode = force_generic_plan')
  try {
    return await scansOf(
      pool,
      { text: `execute ${name}(${values.map(literalOf).join(', ')})`, values: [] },
      prefix,
    )
  } finally {
    await pool.query('reset plan_cache_mode')
  }
}

function literalOf(value: unknown): string {
  return Array.isArray(value) ? pg.escapeLiteral(`{${value.join(',')}}`) : pg.escapeLiteral(String(value))
}

async function scansOf(
  pool: Pool,
  { text, values }: Pick<Sql, 'text' | 'values'>,
  prefix: string,
): Promise<LeafScan[]> {
  const { rows } = await pool.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
    `explain (analyze, timing off, format json) ${text}`,
    values,
  )
  const nodes = rows.flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan }) => flatten(Plan)))
  return nodes
    .filter((node) => node['Actual Loops'] > 0)
    .map((node) => ({
      node: node['Node Type'],
      relation: node['Relation Name'] ?? '',
      index: node['Index Name'] ?? null,
      rows: (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
    }))
    .filter(({ relation }) => relation.startsWith(prefix))
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)]
}
