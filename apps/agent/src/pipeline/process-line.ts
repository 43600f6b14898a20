import { cleanText, formatTimestamp, severityOf } from '@logboom/contracts'
import type { Entry, Level } from '@logboom/contracts'
import type { AgentMetrics } from '../metrics.ts'
import type { RawLine } from '../sources/raw-line.ts'
import { parseLevel } from './parse-level.ts'
import { redact } from './redact.ts'
import { truncate } from './truncate.ts'

export interface LineRules {
  minLevel: Level
  messageBytesMax: number
}

/**
 * What a line becomes on the wire; null when it is below `min_level`, which is counted.
 * The order is fixed: repair ▸ redact ▸ identify ▸ level ▸ truncate. A secret that the cut would have split is found before.
 */
export function processLine(line: RawLine, rules: LineRules, metrics: AgentMetrics): Entry | null {
  const { source } = line
  const redacted = redact(cleanText(line.text), source.memory.insideKey)
  source.memory.insideKey = redacted.insideKey
  for (const rule of redacted.found) metrics.redacted(rule)
  const entryId = line.entryId ?? contentIdOf(line, redacted.text)
  const level = parseLevel(redacted.text)
  if (level !== null && severityOf[level] < severityOf[rules.minLevel]) {
    metrics.dropped('min_level')
    return null
  }
  const { message, originalBytes } = truncate(redacted.text, rules.messageBytesMax, line.lostBytes)
  if (originalBytes !== null) metrics.truncated()
  const { namespace, podName, containerName, podUid, node, deploymentObjectId, workOrderId, labels } =
    source.names
  return {
    timestamp: formatTimestamp(line.time),
    namespace,
    pod_name: podName,
    container_name: containerName,
    ...(level !== null && { level }),
    message,
    entry_id: entryId,
    seq: line.seq,
    ...(line.output !== null && { output: line.output }),
    ...(line.continues !== null && { group_id: line.continues }),
    ...(podUid !== null && { pod_uid: podUid }),
    ...(node !== null && { node }),
    ...(deploymentObjectId !== null && { deployment_object_id: deploymentObjectId }),
    ...(workOrderId !== null && { work_order_id: workOrderId }),
    labels,
    ...(originalBytes !== null && { original_bytes: originalBytes }),
    ...attributesOf(line),
  }
}

function attributesOf({ continues, isTimeEstimated }: RawLine): Pick<Entry, 'attributes'> | undefined {
  if (continues !== null) return { attributes: { continuation: true } }
  return isTimeEstimated ? { attributes: { time_estimated: true } } : undefined
}

/** Also for a line that is then left out: its number among equal lines must not depend on that. */
function contentIdOf({ source, time, rawBytes }: RawLine, text: string): string {
  if (!source.seen)
    throw new Error('a line without an id comes from a source that knows its lines by content')
  return source.seen.take(time, rawBytes, text)
}
