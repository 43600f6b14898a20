import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { callOk } from './call-api.ts'

export interface AgentAccount {
  id: string
  pak: string
}

// A test pushes as fast as it can; the limiter stays on.
const LIMITS = { requests_per_minute: 1_000_000, request_burst: 100_000, max_instances: 100 }

/** Makes the tables and the first key, by the script that an installation runs. */
export async function initialise(databaseUrl: string): Promise<string> {
  const script = join(import.meta.dirname, '../../standalone/src/admin-init.ts')
  const env = { PATH: process.env['PATH'], DATABASE_URL: databaseUrl }
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env })
  return stdout.trim()
}

let agents = 0

/** A new agent with a key of its own, through the API. */
export async function createAgent(ingestUrl: string, admin: string): Promise<AgentAccount> {
  const body = { name: `agent-${++agents}`, cluster_name: 'e2e', limits: LIMITS }
  const { id } = await callOk('POST', `${ingestUrl}/api/v1/agents`, { as: admin, body })
  const { pak } = await callOk('POST', `${ingestUrl}/api/v1/agents/${String(id)}/paks`, {
    as: admin,
    body: {},
  })
  return { id: String(id), pak: String(pak) }
}
