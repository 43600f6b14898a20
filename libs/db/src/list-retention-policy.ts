import type { RetentionAssignment, RetentionClass } from '@logboom/contracts'
import type { Pool } from 'pg'

export interface RetentionPolicyTable {
  classes: RetentionClass[]
  /** Those of deleted agents left out. */
  assignments: RetentionAssignment[]
}

/**
 * All classes that can be assigned and what is assigned to them, at one moment: what decides the class of a line when
 * it is accepted. Lines may still have a class that is deleted since: see `findHorizon`.
 */
export async function listRetentionPolicy(pool: Pool): Promise<RetentionPolicyTable> {
  const { rows } = await pool.query<RetentionPolicyTable>(`select ${policyColumns}`)
  return rows[0] ?? { classes: [], assignments: [] }
}

/** `classes` and `assignments`. */
export const policyColumns = `
  (
    select coalesce(json_agg(json_build_object(
      'id', c.id, 'name', c.name, 'retention_seconds', c.retention_seconds, 'partition_seconds', c.partition_seconds
    ) order by c.id), '[]')
    from retention_classes c
    where c.deleted_at is null
  ) as classes,
  (
    select coalesce(json_agg(json_build_object(
      'agent_id', r.agent_id, 'namespace', r.namespace, 'retention_class', c.name
    ) order by r.agent_id nulls last, r.namespace nulls last), '[]')
    from retention_assignments r
    join retention_classes c on c.id = r.retention_class
    left join agents a on a.id = r.agent_id
    where a.deleted_at is null
  ) as assignments`
