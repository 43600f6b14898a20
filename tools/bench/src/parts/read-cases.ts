import type { AgentAccount } from '@logboom/system'
import { firstUsual, rareLines, seedRoles } from './plan-seed.ts'
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

const quick = { p50: 3, p95: 10 }
const good = { p50: 5, p95: 15 }

/** All searches that are held to a time. */
export function readCases(agents: readonly AgentAccount[], seed: Seed): ReadCase[] {
  const logsOf = (agent: number) => `/api/v1/agents/${agents[agent]?.id}/logs`
  const usual = (sample: number) => firstUsual + (sample % (agents.length - firstUsual))
  const some = (sample: number) => logsOf(usual(sample))
  const role = (name: keyof typeof seedRoles) => logsOf(seedRoles[name])
  // Between one hour and eleven hours ago: there are lines on both sides.
  const until = (sample: number) =>
    `until=${Math.round((seed.toUs - (1 + ((sample * 7) % 40) / 4) * 3_600e6) / 1e6)}`
  const full = { lines: 100 }
  return [
    { id: 'newest', title: 'newest 100 of an agent', goal: quick, path: some, ...full },
    {
      id: 'newest_uncounted',
      title: 'the same with total=none',
      path: (n) => `${some(n)}?total=none`,
      ...full,
    },
    {
      id: 'earlier',
      title: '100 of an agent before a time',
      goal: quick,
      path: (n) => `${some(n)}?${until(n)}`,
      ...full,
    },
    {
      id: 'newest_loud',
      title: 'newest 100 of the agent with half of all lines',
      goal: quick,
      path: () => role('loud'),
      ...full,
    },
    {
      id: 'earlier_loud',
      title: 'of it, 100 before a time',
      goal: quick,
      path: (n) => `${role('loud')}?${until(n)}`,
      ...full,
    },
    {
      id: 'newest_streams',
      title: 'newest 100 of the agent with 5 000 streams',
      goal: quick,
      path: () => role('manyStreams'),
      ...full,
    },
    {
      id: 'earlier_streams',
      title: 'of it, 100 before a time',
      goal: quick,
      path: (n) => `${role('manyStreams')}?${until(n)}`,
      ...full,
    },
    {
      id: 'newest_of_all',
      title: 'newest 100 of all agents',
      goal: quick,
      path: () => '/api/v1/logs',
      ...full,
    },
    {
      id: 'filtered',
      title: 'namespace + pod prefix + level, 12 h',
      goal: good,
      path: (n) => filtered(some(n), usual(n), n),
      ...(seed.rows > 1e6 && full),
    },
    {
      id: 'deployment',
      title: 'newest 100 of a deployment object',
      goal: good,
      path: () => `/api/v1/deployment-objects/${seed.deploymentObjectId}/logs`,
      ...full,
    },
    {
      id: 'rare_agent',
      title: 'an agent with one line in 12 h',
      goal: good,
      path: () => `${role('quiet')}?since=14h`,
      lines: 1,
    },
    {
      id: 'rare_level',
      title: `a level of ${rareLines} lines among all agents’`,
      goal: good,
      path: () => '/api/v1/logs?level=FATAL&since=14h',
      lines: rareLines,
    },
    {
      id: 'rare_level_agent',
      title: 'the same level of one agent',
      goal: good,
      path: (n) => `${some(n)}?level=FATAL&since=14h`,
    },
    {
      id: 'rare_level_loud',
      title: 'of the agent with half of all lines, none of that level',
      goal: good,
      path: () => `${role('loud')}?level=FATAL&since=14h`,
      lines: 0,
    },
    {
      id: 'rare_level_streams',
      title: 'of the agent with 5 000 streams, none of that level',
      goal: good,
      path: () => `${role('manyStreams')}?level=FATAL&since=14h`,
      lines: 0,
    },
    {
      id: 'no_pod',
      title: 'a pod prefix that matches nothing',
      goal: good,
      path: (n) => `${some(n)}?pod_name=nobody-${n}&since=14h`,
      lines: 0,
    },
    {
      id: 'text_1h',
      title: 'a text nobody wrote, one agent, 1 h',
      goal: { p50: 20 },
      path: (n) => `${some(n)}?q=nobody+wrote+${n}&since=1h`,
      lines: 0,
    },
    {
      id: 'text_12h',
      title: 'a text nobody wrote, one agent, 12 h',
      goal: { p50: 100 },
      path: (n) => `${some(n)}?q=nobody+wrote+${n}&since=14h`,
      lines: 0,
    },
  ]
}

function filtered(path: string, agent: number, sample: number): string {
  const level = ['WARN', 'ERROR', 'DEBUG'][sample % 3]
  return `${path}?namespace=shop-${agent % 5}&pod_name=web-${agent}-${sample % 4}&level=${level}&since=14h`
}
