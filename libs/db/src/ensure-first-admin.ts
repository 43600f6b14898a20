import { countLiveAdmins } from './count-live-admins.ts'
import type { Database } from './open-database.ts'

export interface FirstAdmin {
  /** Makes the key, only when one is needed. */
  issue: () => { pak: string; short: string; longHash: string }
  label: string
}

/**
 * Stores an admin key when no live one exists, and returns it to be shown this once; null when there is one.
 * Of any number of processes that ask at once, one gets a key.
 */
export async function ensureFirstAdmin(db: Database, { issue, label }: FirstAdmin): Promise<string | null> {
  return db.prisma.$transaction(async (tx) => {
    if ((await countLiveAdmins(tx)) > 0) return null
    const { pak, short, longHash } = issue()
    await tx.pak.create({ data: { kind: 'admin', short, longHash, label } })
    return pak
  })
}
