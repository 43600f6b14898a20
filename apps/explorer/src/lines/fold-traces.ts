import type { StoredEntry } from '@logboom/contracts'

export interface Fold {
  head: StoredEntry
  /** In order of time. */
  folded: StoredEntry[]
}

const reachMs = 60_000

/**
 * Gathers the lines of each stack trace where the first of them stands in the list. An agent gives all lines of a trace but
 * the first the same `group_id`; the first is the line before them in their stream. It is only looked for where every line
 * of the streams is in the list (`hasAll`): where a text was searched for, the line before may be any.
 */
export function foldTraces(entries: readonly StoredEntry[], order: 'desc' | 'asc', hasAll: boolean): Fold[] {
  if (!entries.some(({ group_id }) => group_id !== undefined))
    return entries.map((head) => ({ head, folded: [] }))
  const folds: Fold[] = []
  const byGroup = new Map<string, Fold>()
  const lastOfStream = new Map<string, Fold>()
  for (const entry of entries) {
    const stream = streamOf(entry)
    const group = entry.group_id === undefined ? undefined : `${stream}\0${entry.group_id}`
    const last = hasAll ? lastOfStream.get(stream) : undefined
    let fold = (group === undefined ? undefined : byGroup.get(group)) ?? neighbourOf(entry, order, last)
    if (fold) addTo(fold, entry, order)
    else folds.push((fold = { head: entry, folded: [] }))
    if (group !== undefined) byGroup.set(group, fold)
    lastOfStream.set(stream, fold)
  }
  return folds
}

/** The fold that a line belongs to as the head of its members, or as the first member of its head. */
function neighbourOf(entry: StoredEntry, order: 'desc' | 'asc', last: Fold | undefined): Fold | undefined {
  if (!last) return undefined
  const [head, member] = order === 'desc' ? [entry, last.head] : [last.head, entry]
  const areNeighbours = head.group_id === undefined && member.group_id !== undefined && isAlone(last, order)
  return areNeighbours && head.level === member.level && areNear(head, member) ? last : undefined
}

/** Oldest first, a head has one trace: that of the next line. */
function isAlone(last: Fold, order: 'desc' | 'asc'): boolean {
  return order === 'desc' || last.folded.length === 0
}

function addTo(fold: Fold, entry: StoredEntry, order: 'desc' | 'asc'): void {
  if (order === 'asc') {
    fold.folded.push(entry)
    return
  }
  fold.folded.unshift(fold.head)
  fold.head = entry
}

function areNear(a: StoredEntry, b: StoredEntry): boolean {
  return Math.abs(Date.parse(a.timestamp) - Date.parse(b.timestamp)) <= reachMs
}

/** Of a container's two outputs each has its own traces. */
function streamOf(entry: StoredEntry): string {
  const { agent_id, namespace, pod_name, pod_uid = '', container_name, output = '' } = entry
  return [agent_id, namespace, pod_name, pod_uid, container_name ?? '', output].join('\0')
}
