import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig } from '@logboom/service'
import { createLifecycle, createLogger } from '@logboom/service'
import type { Lifecycle } from '@logboom/service'
import { PassThrough } from 'node:stream'
import { AgentConfig } from './config.ts'
import { startAgent } from './start.ts'
import type { AgentParts, RunningAgent } from './start.ts'

export const agentId = '018f6f3e-0000-7000-8000-000000000001'

/** A directory of its own for each test, with what a quick agent needs to be told. */
export function agentSetting(
  brokerUrl: string,
  account = { id: agentId, pak: 'logboom_Ab3dEf9h_K3sVbQ9wZtYx8uRm2pLh7nDf4cGj' },
): {
  directory: string
  logs: string
  env: Record<string, string>
} {
  const directory = mkdtempSync(join(tmpdir(), 'logboom-agent-'))
  const env = {
    AGENT_ID: account.id,
    AGENT_PAK: account.pak,
    BROKER_URL: brokerUrl,
    FOLLOW: join(directory, '*.log'),
    FOLLOW_POD_NAME: 'test-host',
    SPOOL_DIR: join(directory, 'spool'),
    FLUSH_INTERVAL_SECONDS: '0.1',
    POLL_INTERVAL_MS: '50',
    PARTIAL_LINE_MS: '150',
    ROTATED_QUIET_MS: '400',
    RETRY_BASE_MS: '10',
    RETRY_MAX_MS: '100',
    PAK_RELOAD_MS: '50',
    REQUEST_TIMEOUT_MS: '2000',
    SHUTDOWN_GRACE_MS: '3000',
    SPOOL_PROBE_MS: '100',
    OPS_PORT: '0',
    OPS_HOST: '127.0.0.1',
  }
  return { directory, logs: join(directory, 'app.log'), env }
}

export interface AgentHere extends RunningAgent {
  life: Lifecycle
  /** What it logged, a line each. */
  logged(): string[]
  stop(): Promise<void>
}

/** An agent within this process. */
export async function startAgentHere(
  env: Record<string, string>,
  parts: AgentParts = {},
): Promise<AgentHere> {
  const output = new PassThrough()
  let text = ''
  output.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  const log = createLogger('agent', { level: 'debug', destination: output })
  const life = createLifecycle(log, { graceMs: 10_000 })
  const config = parts.origin?.read() ?? parseConfig('agent', AgentConfig, { env })
  const agent = await startAgent(config, life, log, { ops: false, ...parts })
  const logged = () => text.split('\n').filter((line) => line !== '')
  return { ...agent, life, logged, stop: () => life.stop('the test is done') }
}

const mainPath = join(import.meta.dirname, 'main.ts')

export interface AgentProcess {
  child: ChildProcess
  output(): string
  /** Of these, what it wrote to standard output. */
  printed(): string
  /** Resolves with its exit code; null when a signal ended it. */
  exited: Promise<number | null>
}

/** The agent as a process of its own. */
export function spawnAgent(
  env: Record<string, string>,
  {
    stdin = 'ignore',
    args = [],
    ...options
  }: { stdin?: 'ignore' | 'pipe'; uid?: number; args?: string[]; cwd?: string } = {},
): AgentProcess {
  const child = spawn(process.execPath, [mainPath, ...args], {
    ...options,
    env,
    stdio: [stdin, 'pipe', 'pipe'],
  })
  let text = ''
  let printed = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
  }
  const exited = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null))
  return { child, output: () => text, printed: () => printed, exited }
}
