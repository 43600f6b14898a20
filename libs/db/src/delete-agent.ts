import type { Database } from './open-database.ts'

/**
 * Marks an agent as deleted and revokes its keys, in one statement: from then on it is gone for every reader and
 * writer, and its name is free. retention-worker removes its lines and then its row. Returns the ids of the keys that
 * were revoked by this; null when there is no such live agent.
 */
export async function deleteAgent(db: Database, { id }: { id: string }): Promise<string[] | null> {
  const [deleted] = await db.prisma.$queryRaw<{ revoked: string[] }[]>`
    with gone as (
      update agents set deleted_at = now(), updated_at = now()
      where id = ${id}::uuid and deleted_at is null
      returning id
    ), revoked as (
      update paks set revoked_at = now() from gone
      where paks.agent_id = gone.id and paks.revoked_at is null
      returning paks.id
    )
    select array(select id::text from revoked) as revoked from gone`
  return deleted ? deleted.revoked : null
}
