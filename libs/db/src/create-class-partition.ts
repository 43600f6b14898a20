import type { PoolClient } from 'pg'
import { classPartitionName } from './leaf-sql.ts'

/** Makes the partition that will hold the leaves of a new class; in the transaction that makes the class. */
export async function createClassPartition(client: PoolClient, retentionClass: number): Promise<void> {
  const name = classPartitionName(retentionClass)
  await client.query(`
    create table ${name} (like agent_logs including defaults including storage) partition by range (timestamp);
    alter table agent_logs attach partition ${name} for values in (${retentionClass})`)
}
