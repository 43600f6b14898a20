import type { Database } from './open-database.ts'

/** Notes that a key was used just now. Rows are rewritten by it: the caller asks for it at most once a minute per key. */
export async function touchPak(db: Database, { id }: { id: string }): Promise<void> {
  await db.prisma.$executeRaw`update paks set last_used_at = now() where id = ${id}::uuid`
}
