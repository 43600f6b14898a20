import {
  decodeRow,
  formatTimestamp,
  levelOfSeverity,
  nsOfSuborder,
  parseTimestamp,
  seqOfSuborder,
} from '@logboom/contracts'
import type { DeadLetter } from '@logboom/contracts'
import type { ListedDeadLetter } from '@logboom/db'

/** A dead letter with its entry readable, as far as it can be read: something in it is at fault. */
export function toDeadLetter(letter: ListedDeadLetter): DeadLetter {
  const { id, agentId, batchId, reason, detail, createdAt, failedAt } = letter
  return {
    id,
    agent_id: agentId,
    batch_id: batchId,
    reason,
    detail,
    created_at: createdAt,
    failed_at: failedAt,
    entry: entryOf(letter),
  }
}

function entryOf({ stream, rowText }: ListedDeadLetter): Record<string, unknown> {
  const row = decodeRow(rowText)
  const suborder = Number(row.suborder ?? 0)
  const time = parseTimestamp(row.timestamp ?? '')
  const { namespace, pod_name, pod_uid, container_name, node, labels, deployment_object_id, work_order_id } =
    stream ?? {}
  return {
    id: row.id,
    timestamp: time ? formatTimestamp({ us: time.us, ns: nsOfSuborder(suborder) }) : row.timestamp,
    namespace,
    pod_name,
    container_name,
    level: row.severity === null ? null : levelOfSeverity(Number(row.severity)),
    message: row.message,
    deployment_object_id,
    work_order_id,
    pod_uid,
    node,
    labels,
    seq: seqOfSuborder(suborder),
    group_id: row.group_id,
    attributes: parsed(row.attributes),
  }
}

/** Text that is no JSON is shown as it is: it may be the very reason. */
function parsed(text: string | null): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
