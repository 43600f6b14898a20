import type { Database } from './open-database.ts'

/** Notes that an agent was heard of just now, and its version where it told one. False when there is no such live agent. */
export async function touchAgent(
  db: Database,
  { id, version }: { id: string; version?: string | undefined },
): Promise<boolean> {
  const touched = await db.prisma.$executeRaw`
    update agents set last_seen = now(), version = coalesce(${version ?? null}::text, version)
    where id = ${id}::uuid and deleted_at is null`
  return touched > 0
}
