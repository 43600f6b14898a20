import { hostname } from 'node:os'
import { createAgent, ensureFirstAdmin, findPak, insertPak, listAgents } from '@logboom/db'
import type { Database, FoundPak } from '@logboom/db'
import { issuePak, longMatches, parsePak } from '@logboom/service'
import { keepText, readKeptText } from './kept-text.ts'

export interface AdminKey {
  path: string
  /** Whether the database is the embedded one: whoever holds its files may always have a key. */
  isOurs: boolean
}

// A flush each second, with room for repeats after a fault and for lines that a user pushes by hand.
const LIMITS = { requests_per_minute: 600, request_burst: 100 }
const CLUSTER = 'standalone'

/** An admin PAK that works: the kept one, or the first of this database. Undefined when others have made theirs. */
export async function ensureAdminPak(db: Database, { path, isOurs }: AdminKey): Promise<string | undefined> {
  const kept = await findKept(db, path, 'admin')
  if (kept) return kept.pak
  // Kept before it is stored: a kill in between leaves a file that opens nothing, not a lock without its key.
  const issue = () => {
    const issued = issuePak()
    keepText(path, issued.pak)
    return issued
  }
  const first = await ensureFirstAdmin(db, { issue, label: 'npm start' })
  if (first !== null) return first
  if (!isOurs) return undefined
  const { pak, short, longHash } = issue()
  await insertPak(db, { kind: 'admin', short, longHash, label: 'npm start, after the first was lost' })
  return pak
}

/** The id of this machine's agent, whose PAK stands in the file `path`; registers it when it is not. */
export async function ensureLocalAgent(db: Database, path: string): Promise<string> {
  const kept = await findKept(db, path, 'agent')
  if (kept?.agentId) return kept.agentId
  const agentId = await registerAgent(db, { name: hostname() || 'local', clusterName: CLUSTER })
  const { pak, short, longHash } = issuePak()
  keepText(path, pak)
  await insertPak(db, { kind: 'agent', agentId, short, longHash, label: 'npm start' })
  return agentId
}

async function registerAgent(db: Database, names: { name: string; clusterName: string }): Promise<string> {
  const made = await createAgent(db, { ...names, labels: {}, limits: LIMITS })
  if (made !== 'taken') return made.id
  const everybody = { agents: null, namespaces: null }
  const [there] = await listAgents(db, everybody, { ...names, status: null }, { limit: 1, after: null })
  if (!there) throw new Error(`the agent ${names.name} of ${CLUSTER} exists and does not`)
  return there.id
}

async function findKept(
  db: Database,
  path: string,
  kind: FoundPak['kind'],
): Promise<(FoundPak & { pak: string }) | undefined> {
  const pak = readKeptText(path)
  const parsed = pak === undefined ? null : parsePak(pak)
  if (pak === undefined || !parsed) return undefined
  const found = await findPak(db, { short: parsed.short })
  if (!found || found.kind !== kind || !longMatches(parsed.long, found.longHash)) return undefined
  const isOver = found.expiresAtMs !== null && found.expiresAtMs < Date.now()
  return found.revoked || found.agentDeleted || isOver ? undefined : { ...found, pak }
}
