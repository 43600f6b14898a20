import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { launch } from '@logboom/system'
import type { Environment, RoleName } from '@logboom/system'

const SECRET = 'postgresql://somebody:a-password-nobody-may-see@127.0.0.1:1/none'
const PAK = 'logboom_abcdefgh_ABCDEFGHJKLMNPQRSTUVWXYZabcdefg'
const dir = mkdtempSync(join(tmpdir(), 'logboom-e2e-'))

afterAll(() => rmSync(dir, { recursive: true, force: true }))

async function startBadly(app: RoleName, env: Environment): Promise<{ code: number | null; output: string }> {
  const outputPath = join(dir, `${crypto.randomUUID()}.out`)
  const { code } = await launch(app, env, outputPath).exited
  return { code, output: readFileSync(outputPath, 'utf8') }
}

test.each<{ app: RoleName; env: Environment; faults: string[] }>([
  {
    app: 'ingest-api',
    env: {
      DATABASE_URL: SECRET,
      PORT: '70000',
      SIGNING_KEY_SECRET: 'short-and-secret',
      QUEUE_MEMORY_SHARE: '2',
      TLS_CERT: 'x',
    },
    faults: ['REDIS_URL', 'PORT', 'SIGNING_KEY_SECRET', 'QUEUE_MEMORY_SHARE', 'TLS_KEY'],
  },
  {
    app: 'writer-worker',
    env: { DATABASE_URL: SECRET, WRITER_CONCURRENCY: 'many', LOG_LEVEL: 'loud' },
    faults: ['REDIS_URL', 'WRITER_CONCURRENCY', 'LOG_LEVEL'],
  },
  {
    app: 'query-api',
    env: { SIGNING_KEY_SECRET: 'short-and-secret', PEER_URL: 'nowhere', STATEMENT_TIMEOUT_MS: '1' },
    faults: ['DATABASE_URL', 'SIGNING_KEY_SECRET', 'PEER_URL', 'STATEMENT_TIMEOUT_MS'],
  },
  {
    app: 'retention-worker',
    env: { DATABASE_URL: SECRET, RETENTION_HOURS: '-1', MAX_DELETE_BATCH: '0' },
    faults: ['SIGNING_KEY_SECRET', 'RETENTION_HOURS', 'MAX_DELETE_BATCH'],
  },
  {
    app: 'agent',
    env: { AGENT_PAK: PAK, AGENT_ID: 'me', MIN_LEVEL: 'LOUD', BROKER_URL: 'http://logs.example.com' },
    faults: ['AGENT_ID', 'MIN_LEVEL', 'BROKER_URL'],
  },
  {
    app: 'agent',
    env: {
      AGENT_PAK: PAK,
      AGENT_PAK_FILE: '/x',
      AGENT_ID: crypto.randomUUID(),
      BROKER_URL: 'http://logs.example.com',
    },
    faults: ['AGENT_PAK', 'BROKER_URL'],
  },
])(
  '$app with a bad configuration exits with 2, names every fault at once and no secret',
  async ({ app, env, faults }) => {
    const { code, output } = await startBadly(app, env)
    expect(code).toBe(2)
    expect(faults.filter((fault) => !output.includes(fault))).toEqual([])
    const secrets = [SECRET, 'a-password-nobody-may-see', 'short-and-secret', PAK]
    expect(secrets.filter((secret) => output.includes(secret))).toEqual([])
  },
)
