import sql from 'sql-template-tag'
import type { Database } from './open-database.ts'
import type { SessionOwner } from './insert-session.ts'

export interface FoundSession {
  tokenHash: string
  owner: SessionOwner
  expiresAtMs: number
}

interface Row {
  pakId: string | null
  issuer: string
  subject: string
  kind: 'admin' | 'reader'
  scopeAgents: string[] | null
  label: string
  expiresAt: Date
}

/** A session that has not ended; null when there is none. */
export async function findSession(
  db: Database,
  { tokenHash }: { tokenHash: string },
): Promise<FoundSession | null> {
  const { rows } = await db.pool.query<Row>(sql`
    select
      pak_id as "pakId", issuer, subject, kind, scope_agents as "scopeAgents", label, expires_at as "expiresAt"
    from sessions
    where token_hash = ${tokenHash}::text and expires_at > now()`)
  const [row] = rows
  if (!row) return null
  const { pakId, expiresAt, ...oidc } = row
  return { tokenHash, owner: pakId === null ? oidc : { pakId }, expiresAtMs: expiresAt.getTime() }
}
