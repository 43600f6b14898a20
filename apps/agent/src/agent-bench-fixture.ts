import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@logboom/testing'
import { afterEach, beforeEach, expect } from 'vitest'
import { agentSetting, startAgentHere } from './agent-fixture.ts'
import type { AgentHere } from './agent-fixture.ts'
import { openFakeBroker } from './fake-broker-fixture.ts'
import type { FakeBroker } from './fake-broker-fixture.ts'
import type { AgentParts } from './start.ts'

export interface AgentBench {
  broker: FakeBroker
  /** The file that is followed; every other `*.log` beside it is, too. */
  logs: string
  env: Record<string, string>
  /** A path beside it. */
  file(name: string): string
  start(env?: Record<string, string>, parts?: AgentParts): Promise<AgentHere>
  /** The messages that the broker has kept, in order. */
  messages(): string[]
  /** Waits for so many messages, then compares. */
  expectMessages(expected: readonly string[], timeoutMs?: number): Promise<void>
}

/** For each test of a file: a broker, a directory, and agents that are stopped at the end. */
export function useAgentBench(): AgentBench {
  let agents: AgentHere[] = []
  let directory = ''
  const bench: AgentBench = {
    // Replaced before each test.
    broker: {} as FakeBroker,
    logs: '',
    env: {},
    file: (name) => join(directory, name),
    async start(env = {}, parts = {}) {
      const agent = await startAgentHere({ ...bench.env, ...env }, parts)
      agents.push(agent)
      return agent
    },
    messages: () => bench.broker.entries().map(({ message }) => message),
    async expectMessages(expected, timeoutMs = 5_000) {
      const what = `${expected.length} messages`
      await until(() => bench.messages().length >= expected.length, { what, timeoutMs })
      expect(bench.messages()).toEqual(expected)
    },
  }
  beforeEach(async () => {
    const broker = await openFakeBroker()
    const setting = agentSetting(broker.url)
    directory = setting.directory
    Object.assign(bench, { broker, env: setting.env, logs: setting.logs })
  })
  afterEach(async () => {
    bench.broker.behave = () => 'keep'
    await Promise.all(agents.map((agent) => agent.stop()))
    agents = []
    await bench.broker.close()
    rmSync(directory, { recursive: true, force: true })
  })
  return bench
}
