import { openDatabase, runMigrations } from '@logboom/db'
import { ensureAdminPak, ensureLocalAgent } from './ensure-keys.ts'

export interface Registration {
  databaseUrl: string
  /** Whether the database is the embedded one. */
  ownsDatabase: boolean
  adminPakFile: string
  agentPakFile: string
  say: (line: string) => void
}

export interface Registered {
  /** Undefined where the admin keys of the database were made elsewhere. */
  adminPak: string | undefined
  agentId: string
}

/** Brings the database to this version, and sees to it that this machine's agent and an admin have keys. */
export async function migrateAndRegister(options: Registration): Promise<Registered> {
  const { databaseUrl, ownsDatabase, adminPakFile, agentPakFile, say } = options
  await migrate(databaseUrl, say)
  const db = openDatabase({ url: databaseUrl, applicationName: 'logboom-standalone', connectionsMax: 1 })
  try {
    return {
      adminPak: await ensureAdminPak(db, { path: adminPakFile, isOurs: ownsDatabase }),
      agentId: await ensureLocalAgent(db, agentPakFile),
    }
  } finally {
    await db.close()
  }
}

async function migrate(url: string, say: (line: string) => void): Promise<void> {
  try {
    await runMigrations({ url, onApplied: (name) => say(`migrated the database: ${name}`) })
  } catch (cause) {
    throw new Error('the database could not be migrated', { cause })
  }
}
