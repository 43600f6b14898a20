import { hash } from 'node:crypto'
import type { LogTime } from '@logboom/contracts'

/** A line as its content identifies it. */
export interface LineContent {
  time: LogTime
  /** Bytes of the line before anything was masked or cut. */
  rawBytes: number
  /** Without secrets: a hash of a secret could be found out by trying. */
  text: string
  /** How many lines of equal time and text came before it: 0, 1, 2 … */
  occurrence: number
}

/**
 * Ids for the lines of a container whose log gives each line its time: 128 bits of SHA-256 over cluster, pod, container
 * and content. Nothing in it depends on the way it was read — API, file, `previous`, this agent or another — or on how
 * often the container was started, so that a line that is read twice is stored once.
 * `life` is the uid of the pod, or the id of a container without a pod.
 */
export function createContentIds(
  cluster: string,
  life: string,
  container: string,
): (content: LineContent) => string {
  const prefix = `lb-line-1|${cluster}|${life}|${container}|`
  return ({ time, rawBytes, text, occurrence }) =>
    hash('sha256', `${prefix}${time.us}.${time.ns}|${rawBytes}|${occurrence}|${text}`).slice(0, 32)
}
