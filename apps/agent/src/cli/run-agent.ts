import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Lifecycle, Logger } from '@logboom/service'
import { configFileOf, readConfig } from '@logboom/service/config'
import { runProcess } from '@logboom/service/lifecycle'
import { AgentConfig, DryRunConfig } from '../config.ts'
import { startAgent } from '../start.ts'
import { createPrintingClient } from './printing-client.ts'
import type { Given } from './read-request.ts'

/** The agent as a process, told by its command line, its environment and its file, which it reads again when it changes. */
export async function runAgent(given: Given): Promise<void> {
  const origin = { read: () => readConfig('agent', AgentConfig, given), file: configFileOf(given) }
  await runProcess('agent', AgentConfig, (config, life, log) => startAgent(config, life, log, { origin }), {
    given,
  })
}

/** Somebody looks at what is printed and does not wait half a minute for it. */
const flushSecondsMax = 0.2

/** The agent with standard output in place of the broker: reads from where a new agent would, and leaves nothing behind. */
export async function runDry(given: Given): Promise<void> {
  const start = async (config: AgentConfig, life: Lifecycle, log: Logger) => {
    const spoolDir = await mkdtemp(join(tmpdir(), 'logboom-dry-run-'))
    life.onClose('temporary spool', () => rm(spoolDir, { recursive: true, force: true }))
    // `| head` has seen enough.
    process.stdout.on('error', () => void life.stop('standard output was closed'))
    await startAgent(dryConfig(config, spoolDir), life, log, {
      ops: false,
      client: createPrintingClient(process.stdout),
    })
  }
  await runProcess('agent', DryRunConfig, start, { given, logTo: process.stderr })
}

function dryConfig(config: AgentConfig, spoolDir: string): AgentConfig {
  return {
    ...config,
    SPOOL_DIR: spoolDir,
    FLUSH_INTERVAL_SECONDS: Math.min(config.FLUSH_INTERVAL_SECONDS, flushSecondsMax),
    AGENT_PAK: 'none',
    AGENT_PAK_FILE: undefined,
  }
}
