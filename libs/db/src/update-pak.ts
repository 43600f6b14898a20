import type { Pak } from '@logboom/contracts'
import { countLiveAdmins } from './count-live-admins.ts'
import type { Database } from './open-database.ts'
import { toPak } from './to-pak.ts'

/** What is left out stays; an `expiresAt` of null = never. */
export interface PakChanges {
  label?: string | undefined
  expiresAt?: Date | null | undefined
}

/**
 * Changes a key that is not revoked. `last_admin`: refused, since with its end nobody could administer any more.
 */
export async function updatePak(
  db: Database,
  { id, changes: { label, expiresAt } }: { id: string; changes: PakChanges },
): Promise<Pak | 'last_admin' | null> {
  return db.prisma.$transaction(async (tx) => {
    const pak = await tx.pak.findFirst({ where: { id, revokedAt: null } })
    if (!pak) return null
    const ends = pak.kind === 'admin' && expiresAt instanceof Date
    if (ends && (await countLiveAdmins(tx, { exceptPakId: id })) === 0) return 'last_admin'
    const data = { ...(label !== undefined && { label }), ...(expiresAt !== undefined && { expiresAt }) }
    return toPak(await tx.pak.update({ where: { id }, data }))
  })
}
