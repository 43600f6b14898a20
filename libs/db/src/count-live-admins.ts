import type { Prisma } from './generated/client.ts'
import { lockKeys } from './lock-keys.ts'

/** Admin keys that work now, without `exceptPakId`. A lock keeps the number true until the transaction ends. */
export async function countLiveAdmins(
  tx: Prisma.TransactionClient,
  { exceptPakId }: { exceptPakId?: string } = {},
): Promise<number> {
  await tx.$executeRaw`select pg_advisory_xact_lock(${lockKeys.admins}::bigint)`
  const [row] = await tx.$queryRaw<{ live: number }[]>`
    select count(*)::integer as live from paks
    where kind = 'admin' and revoked_at is null and (expires_at is null or expires_at > now())
      and id is distinct from ${exceptPakId ?? null}::uuid`
  return row?.live ?? 0
}
