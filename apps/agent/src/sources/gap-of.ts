import { formatTimestamp } from '@logboom/contracts'
import type { Gap, LogTime } from '@logboom/contracts'
import type { StreamNames } from './raw-line.ts'

/** What is missing of a stream, when all that is known is since when and perhaps how many bytes. */
export function gapOf(
  names: StreamNames,
  reason: Gap['reason'],
  from: LogTime | null,
  toMs: number,
  bytes?: number,
): Gap {
  const to = { us: toMs * 1000, ns: 0 }
  return {
    namespace: names.namespace,
    pod_name: names.podName,
    container_name: names.containerName,
    from: formatTimestamp(from ?? to),
    to: formatTimestamp(to),
    ...(bytes !== undefined && { bytes }),
    reason,
    exact: false,
  }
}
