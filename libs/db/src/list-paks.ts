import type { Pak } from '@logboom/contracts'
import sql from 'sql-template-tag'
import { isAfter, millis, millisText } from './list-page.ts'
import type { ListPage } from './list-page.ts'
import type { Database } from './open-database.ts'

/** Null = any. */
export interface PakFilter {
  agentId: string | null
  kind: Pak['kind'] | null
}

/**
 * Keys without their secrets, newest first; those of deleted agents are gone. For admins: keys have no scope.
 */
export async function listPaks(db: Database, { agentId, kind }: PakFilter, page: ListPage): Promise<Pak[]> {
  const { rows } = await db.pool.query<Pak>(sql`
    select p.id, p.kind, p.agent_id, p.short, p.label, p.scope_agents, p.scope_namespaces,
      ${millisText(sql`p.created_at`)} as created_at, ${millisText(sql`p.expires_at`)} as expires_at,
      ${millisText(sql`p.revoked_at`)} as revoked_at, ${millisText(sql`p.last_used_at`)} as last_used_at
    from paks p
    left join agents a on a.id = p.agent_id
    where a.deleted_at is null
      and (${agentId}::uuid is null or p.agent_id = ${agentId}::uuid)
      and (${kind}::text is null or p.kind = ${kind}::text)
      and ${isAfter(page, millis(sql`p.created_at`), sql`p.id`)}
    order by ${millis(sql`p.created_at`)} desc, p.id desc
    limit ${page.limit}::integer`)
  return rows
}
