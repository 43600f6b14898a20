/** What the kubelet calls the directory of a pod's logs. */
export interface PodDirectory {
  namespace: string
  podName: string
  /** Of a static pod: the hash of its manifest, which stands for a uid on its node. */
  uid: string
}

/** What the kubelet and the runtime call the files of one container. */
export interface LogName {
  name: string
  /** Counts the lives of the container: `0.log`, `1.log` … */
  life: number
  /** When it was rotated away, in an order that text has; null for the one that is written. */
  rotated: string | null
  isCompressed: boolean
}

/** `<namespace>_<pod>_<uid>`; none of the three can hold the line between. */
export function parsePodDirectory(name: string): PodDirectory | null {
  const [namespace, podName, uid, ...rest] = name.split('_')
  return namespace && podName && uid && rest.length === 0 ? { namespace, podName, uid } : null
}

/** `0.log`, `0.log.20261121-101500`, and the same with `.gz`; not the `.tmp` of one that is being compressed. */
const logName = /^(\d{1,9})\.log(?:\.(\d[\d.-]*?))?(\.gz)?$/

export function parseLogName(name: string): LogName | null {
  const [, life, rotated, compressed] = logName.exec(name) ?? []
  if (life === undefined || (compressed !== undefined && rotated === undefined)) return null
  return { name, life: Number(life), rotated: rotated ?? null, isCompressed: compressed !== undefined }
}

/** In the order in which they were written. */
export function compareLogNames(a: LogName, b: LogName): number {
  if (a.life !== b.life) return a.life - b.life
  if (a.rotated === b.rotated) return Number(b.isCompressed) - Number(a.isCompressed)
  if (a.rotated === null) return 1
  return b.rotated === null || a.rotated < b.rotated ? -1 : 1
}

/** The files among these names, oldest first; of one that is there both compressed and not, the one that is not. */
export function orderLogs(names: readonly string[]): LogName[] {
  const logs = names.flatMap((name) => parseLogName(name) ?? []).sort(compareLogNames)
  return logs.filter((log, n) => {
    const next = logs[n + 1]
    return next?.life !== log.life || next.rotated !== log.rotated
  })
}
