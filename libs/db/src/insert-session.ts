import sql from 'sql-template-tag'
import type { Database } from './open-database.ts'

/** On whose word somebody is signed in. */
export type SessionOwner =
  | { pakId: string }
  | {
      issuer: string
      subject: string
      kind: 'admin' | 'reader'
      /** Of a reader; null = all. */
      scopeAgents: string[] | null
      label: string
    }

export interface NewSession {
  /** Hex SHA-256 of what the cookie holds. */
  tokenHash: string
  owner: SessionOwner
  /** It ends when it was not used for so long. */
  idleSeconds: number
  /** It ends then, used or not; a key's session ends with the key. */
  longestSeconds: number
  /** Of the same owner at once: beyond, those that were unused for longest go. */
  sessionsMax: number
}

export interface SessionTimes {
  expiresAt: Date
  endsAt: Date
}

/** Stores a new session, by PostgreSQL's clock. */
export async function insertSession(db: Database, session: NewSession): Promise<SessionTimes> {
  const { tokenHash, owner, idleSeconds, longestSeconds, sessionsMax } = session
  const of = 'pakId' in owner ? { ...noOidc, pakId: owner.pakId } : { ...owner, pakId: null }
  const { rows } = await db.pool.query<SessionTimes>(sql`
    with crowded as (
      delete from sessions where token_hash = any (array(
        select token_hash from sessions
        where pak_id = ${of.pakId}::uuid or (issuer = ${of.issuer}::text and subject = ${of.subject}::text)
        order by last_used_at desc
        offset ${sessionsMax - 1}::integer
      ))
    ), span as (
      select least(
        now() + make_interval(secs => ${longestSeconds}::integer),
        (select expires_at from paks where id = ${of.pakId}::uuid)
      ) as ends_at
    )
    insert into sessions (token_hash, pak_id, issuer, subject, kind, scope_agents, label, expires_at, ends_at)
    select
      ${tokenHash}::text, ${of.pakId}::uuid, ${of.issuer}::text, ${of.subject}::text, ${of.kind}::text,
      ${of.scopeAgents}::uuid[], ${of.label}::text,
      least(now() + make_interval(secs => ${idleSeconds}::integer), ends_at), ends_at
    from span
    returning expires_at as "expiresAt", ends_at as "endsAt"`)
  const [times] = rows
  if (!times) throw new Error('an insert returned no row')
  return times
}

const noOidc = { issuer: null, subject: null, kind: null, scopeAgents: null, label: '' }
