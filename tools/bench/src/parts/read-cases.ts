import type { AgentAccount } from '@logboom/system'
import { firstUsual, rareLines, seedRoles } from './plan-seed.ts'
import { traceIdOf } from './seed-lines.ts'
import type { Seed } from './seed-lines.ts'

/** One kind of search; every sample asks for another agent or another time. */
export interface ReadCase {
  id: string
  title: string
  /** Milliseconds; none: the figure is told only. */
  goal?: { p50: number; p95?: number }
  path(sample: number): string
  /** How many lines an answer must hold, so that nothing is fast for having found nothing. */
  lines?: number
}

interface Subjects {
  /** Paths of logs, by sample or by role. */
  some(sample: number): string
  role(name: keyof typeof seedRoles): string
  /** Which agent `some` is of. */
  agentOf(sample: number): number
  seed: Seed
}

type Row = [id: string, title: string, path: ReadCase['path'], lines?: number | undefined]

/** All searches that are held to a time. */
export function readCases(agents: readonly AgentAccount[], seed: Seed): ReadCase[] {
  const logsOf = (agent: number) => `/api/v1/agents/${agents[agent]?.id}/logs`
  const agentOf = (sample: number) => firstUsual + (sample % (agents.length - firstUsual))
  const subjects: Subjects = {
    some: (sample) => logsOf(agentOf(sample)),
    role: (name) => logsOf(seedRoles[name]),
    agentOf,
    seed,
  }
  return [
    ...casesOf(newestRows(subjects), { p50: 3, p95: 10 }),
    ...casesOf(filteredRows(subjects), { p50: 5, p95: 15 }),
    ...casesOf([traceRow(seed), histogramRow(subjects)], { p50: 5, p95: 20 }),
    ...casesOf(textRows(subjects, '1h'), { p50: 20 }),
    ...casesOf(textRows(subjects, '14h'), { p50: 100 }),
  ]
}

function casesOf(rows: readonly Row[], goal: NonNullable<ReadCase['goal']>): ReadCase[] {
  return rows.map(([id, title, path, lines]) => ({
    id,
    title,
    path,
    goal,
    ...(lines !== undefined && { lines }),
  }))
}

function newestRows({ some, role, seed }: Subjects): Row[] {
  // Between one hour and eleven hours ago: there are lines on both sides.
  const untilUs = (sample: number) => seed.toUs - (1 + ((sample * 7) % 40) / 4) * 3_600e6
  const until = (sample: number) => `until=${Math.round(untilUs(sample) / 1e6)}`
  return [
    ['newest', 'newest 100 of an agent', some, 100],
    ['newest_uncounted', 'the same with total=none', (n) => `${some(n)}?total=none`, 100],
    ['earlier', '100 of an agent before a time', (n) => `${some(n)}?${until(n)}`, 100],
    ['newest_loud', 'newest 100 of the agent with half of all lines', () => role('loud'), 100],
    ['earlier_loud', 'of it, 100 before a time', (n) => `${role('loud')}?${until(n)}`, 100],
    ['newest_streams', 'newest 100 of the agent with 5 000 streams', () => role('manyStreams'), 100],
    ['earlier_streams', 'of it, 100 before a time', (n) => `${role('manyStreams')}?${until(n)}`, 100],
    ['newest_of_all', 'newest 100 of all agents', () => '/api/v1/logs', 100],
  ]
}

/** `since` is before the oldest line: some time passes between the seed and the search. */
const all = 'since=14h'
const rare = `level=FATAL&${all}`

function filteredRows({ some, role, agentOf, seed }: Subjects): Row[] {
  const place = (n: number) => `namespace=shop-${agentOf(n) % 5}&pod_name=web-${agentOf(n)}-${n % 4}`
  const level = (n: number) => ['WARN', 'ERROR', 'DEBUG'][n % 3]
  const isSmall = seed.rows < 1e6
  return [
    [
      'filtered',
      'namespace + pod prefix + level, 12 h',
      (n) => `${some(n)}?${place(n)}&level=${level(n)}&${all}`,
      isSmall ? undefined : 100,
    ],
    ['deployment', 'newest 100 of a deployment object', () => deploymentPath(seed), 100],
    ['rare_agent', 'an agent with one line in 12 h', () => `${role('quiet')}?${all}`, 1],
    [
      'rare_level',
      `a level of ${rareLines} lines among all agents’`,
      () => `/api/v1/logs?${rare}`,
      rareLines,
    ],
    ['rare_level_agent', 'the same level of one agent', (n) => `${some(n)}?${rare}`],
    ['rare_level_loud', 'of the agent with half of all lines: none', () => `${role('loud')}?${rare}`, 0],
    ['rare_level_streams', 'of the one with 5 000 streams: none', () => `${role('manyStreams')}?${rare}`, 0],
    ['no_pod', 'a pod prefix that matches nothing', (n) => `${some(n)}?pod_name=nobody-${n}&${all}`, 0],
  ]
}

function deploymentPath({ deploymentObjectId }: Seed): string {
  return `/api/v1/deployment-objects/${deploymentObjectId}/logs`
}

/** The first line of a batch, which is one of all lines. */
function traceRow({ batches }: Seed): Row {
  const batch = (sample: number) => (sample * 7_919 + 13) % batches
  const path = (n: number) => `/api/v1/logs?attributes.trace_id=${traceIdOf(batch(n), 0)}`
  return ['trace', 'a trace_id over everything', path, 1]
}

function histogramRow({ some }: Subjects): Row {
  const path = (n: number) => `${some(n)}/histogram?buckets=60&since=12h`
  return ['histogram', 'histogram of 12 h for one agent by level, 60 buckets', path]
}

function textRows({ some }: Subjects, since: string): Row[] {
  const title = `a text nobody wrote, one agent, ${since === '1h' ? '1 h' : '12 h'}`
  return [
    [
      `text_${since === '1h' ? '1h' : '12h'}`,
      title,
      (n) => `${some(n)}?q=nobody+wrote+${n}&since=${since}`,
      0,
    ],
  ]
}
