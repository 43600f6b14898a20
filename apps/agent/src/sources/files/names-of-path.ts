import { basename } from 'node:path'
import { byteLength, cleanText, cutBytes, fieldBytesMax } from '@logboom/contracts'
import type { StreamNames } from '../raw-line.ts'

/** Who the host is on the wire. */
export interface HostNames {
  namespace: string
  podName: string
}

/** A plain file has no pod: its host stands for it, its base name for the container, the whole path is a label. */
export function namesOfPath(host: HostNames, path: string): StreamNames {
  const text = cleanText(path)
  return {
    ...namesOfHost(host),
    containerName: cutBytes(basename(text) || 'file', fieldBytesMax.container_name),
    labels: { path: keepTail(text, fieldBytesMax.label) },
  }
}

/** What holds for all lines of a host that are no pod's. */
export function namesOfHost({
  namespace,
  podName,
}: HostNames): Omit<StreamNames, 'containerName' | 'labels'> {
  return { namespace, podName, podUid: null, node: null, deploymentObjectId: null, workOrderId: null }
}

/** The end of a path tells more than its beginning. */
function keepTail(text: string, bytesMax: number): string {
  let tail = text
  while (byteLength(tail) > bytesMax)
    tail = tail.slice(Math.max(1, Math.floor((byteLength(tail) - bytesMax) / 4)))
  return cleanText(tail)
}
