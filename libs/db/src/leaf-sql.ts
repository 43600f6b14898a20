/** Times as text that PostgreSQL reads. */
export interface Leaf {
  name: string
  retentionClass: number
  from: string
  to: string
}

/**
 * The statements that make a leaf of `agent_logs` and attach it. `create … like` and `attach` take SHARE UPDATE
 * EXCLUSIVE on the parent, which lets COPY and reads go on; `create table … partition of` would lock all of it.
 * The check is what `attach` would otherwise scan for; afterwards it says nothing that the bounds don't.
 *
 * Indexes, 60 % of a row's cost: the key that makes a repeated line harmless; a stream's lines by time; and for
 * retention a BRIN on created_at, which costs ingest next to nothing, since lines are stored in the order of receipt.
 * A leaf lives for hours: vacuuming it for its inserts alone would write it once more for nothing.
 */
export function createLeafSql({ name, retentionClass, from, to }: Leaf): string {
  const parent = classPartitionName(retentionClass)
  return `
    create table ${name} (
      like agent_logs including defaults including storage,
      constraint bounds check (
        retention_class = ${retentionClass} and timestamp >= '${from}'::timestamptz and timestamp < '${to}'::timestamptz
      )
    ) with (autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_scale_factor = 0.1);
    create unique index ${name}_key on ${name} (timestamp, id);
    create index ${name}_stream on ${name} (stream_id, timestamp);
    create index ${name}_created on ${name} using brin (created_at) with (pages_per_range = 32, autosummarize = on);
    alter table ${parent} attach partition ${name} for values from ('${from}') to ('${to}');
    alter table ${name} drop constraint bounds;`
}

/** The partition that holds the leaves of a class. */
export function classPartitionName(retentionClass: number): string {
  return `agent_logs_c${retentionClass}`
}
