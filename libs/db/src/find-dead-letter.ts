import type { JobStream } from '@logboom/contracts'
import type { Database } from './open-database.ts'

export interface FoundDeadLetter {
  id: string
  agentId: string
  batchId: string
  /** Null where the row named a stream that its batch did not have. */
  stream: JobStream | null
  /** One line of COPY text. */
  rowText: string
  retentionClass: number
  /** Receipt, microseconds since 1970. */
  createdUs: number
}

/** A dead letter of a live agent, within its retention; null when there is none. */
export async function findDeadLetter(db: Database, { id }: { id: string }): Promise<FoundDeadLetter | null> {
  const { rows } = await db.pool.query<FoundDeadLetter>(
    // a double holds microseconds exactly until the year 2255
    `select
       d.id::text, d.agent_id::text as "agentId", d.batch_id as "batchId", d.stream, d.row_text as "rowText",
       d.retention_class as "retentionClass", (extract(epoch from d.created_at) * 1000000)::double precision as "createdUs"
     from dead_letters d
     join agents a on a.id = d.agent_id and a.deleted_at is null
     join retention_classes c on c.id = d.retention_class
     where d.id = $1::uuid and d.created_at > now() - make_interval(secs => c.retention_seconds)`,
    [id],
  )
  return rows[0] ?? null
}
