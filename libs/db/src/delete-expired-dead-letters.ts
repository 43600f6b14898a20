import { defaultRetentionClass } from '@logboom/contracts'
import type { Pool } from 'pg'
import sql from 'sql-template-tag'
import { appendReceipt } from './append-receipt.ts'
import type { ReceiptSigner } from './append-receipt.ts'
import { timeText } from './list-page.ts'
import { transaction } from './transaction.ts'

/**
 * Deletes dead letters older than the retention of their lines, at most `limit`, with a receipt; counts from receipt.
 * Where a row is broken, so may be its class: one that there is not is kept as long as the default says.
 */
export async function deleteExpiredDeadLetters(
  pool: Pool,
  signer: ReceiptSigner,
  { limit }: { limit: number },
): Promise<number> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query<{ rows: number; from: string | null; to: string | null }>(sql`
      with gone as (
        delete from dead_letters where id = any (array(
          select d.id
          from dead_letters d
          join retention_classes c on c.id = coalesce(
            (select k.id from retention_classes k where k.id = d.retention_class), ${defaultRetentionClass.id}::smallint
          )
          where d.created_at < now() - make_interval(secs => c.retention_seconds)
          limit ${limit}::integer
        ))
        returning created_at
      )
      select count(*)::integer as rows, ${timeText(sql`min(created_at)`)} as "from", ${timeText(sql`max(created_at)`)} as "to"
      from gone`)
    const [gone] = rows
    if (!gone?.rows) return 0
    const deletion = { kind: 'dead_letters_deleted', subject: 'dead_letters', retentionClass: null } as const
    await appendReceipt(client, signer, { ...deletion, ...gone })
    return gone.rows
  })
}
