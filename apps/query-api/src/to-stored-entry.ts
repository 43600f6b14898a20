import {
  formatMicros,
  formatTimestamp,
  levelOfSeverity,
  nsOfSuborder,
  rowFlags,
  seqOfSuborder,
} from '@logboom/contracts'
import type { StoredEntry } from '@logboom/contracts'
import type { FoundRow } from '@logboom/db'

/** A row in the words of the API: the requirement's fields always, every other one where it is known. */
export function toStoredEntry(row: FoundRow): StoredEntry {
  return {
    id: row.id,
    timestamp: formatTimestamp({ us: row.us, ns: nsOfSuborder(row.suborder) }),
    namespace: row.namespace,
    pod_name: row.podName,
    container_name: row.containerName,
    level: row.severity === null ? null : levelOfSeverity(row.severity),
    message: row.message,
    agent_id: row.agentId,
    deployment_object_id: row.deploymentObjectId,
    work_order_id: row.workOrderId,
    created_at: formatMicros(row.createdUs),
    ...(row.podUid !== null && { pod_uid: row.podUid }),
    ...(row.node !== null && { node: row.node }),
    ...outputOf(row.flags),
    seq: seqOfSuborder(row.suborder),
    ...(row.groupId !== null && { group_id: row.groupId }),
    ...(Object.keys(row.labels).length > 0 && { labels: row.labels }),
    ...(row.attributes !== null && { attributes: row.attributes }),
    ...((row.flags & rowFlags.truncated) !== 0 && { truncated: true }),
    ...(row.originalBytes !== null && { original_bytes: row.originalBytes }),
    ...((row.flags & rowFlags.attributesCut) !== 0 && { attributes_cut: true }),
  }
}

function outputOf(flags: number): Pick<StoredEntry, 'output'> {
  if (flags & rowFlags.stdout) return { output: 'stdout' }
  return flags & rowFlags.stderr ? { output: 'stderr' } : {}
}
