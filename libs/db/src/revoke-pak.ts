import { countLiveAdmins } from './count-live-admins.ts'
import type { Database } from './open-database.ts'

/**
 * Revokes a key; once more is as good as once. With `agentId`, only a key of that agent counts as found.
 * `last_admin`: refused, since nobody could administer any more.
 */
export async function revokePak(
  db: Database,
  { id, agentId }: { id: string; agentId?: string },
): Promise<'revoked' | 'not_found' | 'last_admin'> {
  return db.prisma.$transaction(async (tx) => {
    const pak = await tx.pak.findFirst({ where: { id, ...(agentId !== undefined && { agentId }) } })
    if (!pak) return 'not_found'
    const expired = pak.expiresAt !== null && pak.expiresAt.getTime() <= Date.now()
    const needsOther = pak.kind === 'admin' && pak.revokedAt === null && !expired
    if (needsOther && (await countLiveAdmins(tx, { exceptPakId: id })) === 0) return 'last_admin'
    await tx.$executeRaw`update paks set revoked_at = now() where id = ${id}::uuid and revoked_at is null`
    return 'revoked'
  })
}
