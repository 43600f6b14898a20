import sql from 'sql-template-tag'
import type { Database } from './open-database.ts'

/** Notes that a session was used just now, which lets it live on. The caller asks for it at most once a minute each. */
export async function touchSession(
  db: Database,
  { tokenHash, idleSeconds }: { tokenHash: string; idleSeconds: number },
): Promise<void> {
  await db.pool.query(sql`
    update sessions
    set last_used_at = now(), expires_at = least(now() + make_interval(secs => ${idleSeconds}::integer), ends_at)
    where token_hash = ${tokenHash}::text and expires_at > now()`)
}
