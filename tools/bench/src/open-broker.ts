import { mkdirSync } from 'node:fs'
import { cpuMicros, startSystem } from '@logboom/system'
import type { AgentAccount, Environment, System } from '@logboom/system'

export interface Broker extends System {
  agents: AgentAccount[]
  /** Processor time so far, microseconds, of each process by what it is. */
  cpu(): Record<ProcessName, number>
}

export const processNames = [
  'ingest-api',
  'writer-worker',
  'PostgreSQL',
  'Redis',
  'query-api',
  'retention-worker',
] as const

export type ProcessName = (typeof processNames)[number]

/** What docs/operations.md asks of a production server, for one of this size; durable, as is Redis. */
const postgresSettings = {
  shared_buffers: '1GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '15min',
  wal_buffers: '64MB',
  wal_compression: 'on',
  max_connections: '100',
}

export interface BrokerOptions {
  writers?: number
  /** What each process, by its name, is told differently. */
  changes?: Record<string, Environment>
}

/** The whole broker as separate processes with durable servers of its own, and agents whose limits are lifted. */
export async function openBroker(agents: number, options: BrokerOptions = {}): Promise<Broker> {
  const parentDir = '.logboom'
  mkdirSync(parentDir, { recursive: true, mode: 0o711 })
  const system = await startSystem({
    ...(options.writers !== undefined && { writers: options.writers }),
    servers: { settings: postgresSettings, maxMemory: '1gb', parentDir },
    changes: async () => options.changes ?? {},
  })
  const accounts: AgentAccount[] = []
  while (accounts.length < agents) accounts.push(await system.createAgent())
  return Object.assign(system, { agents: accounts, cpu: () => readCpu(system) })
}

function readCpu(system: System): Record<ProcessName, number> {
  return {
    'ingest-api': cpuMicros(system.ingest.pid),
    'writer-worker': system.writers.reduce((sum, { pid }) => sum + cpuMicros(pid), 0),
    PostgreSQL: cpuMicros(system.postgres.pid),
    Redis: cpuMicros(system.redis.pid),
    'query-api': cpuMicros(system.query.pid),
    'retention-worker': cpuMicros(system.retention.pid),
  }
}
