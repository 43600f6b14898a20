import { parseTimestamp } from '@logboom/contracts'
import type { LogTime } from '@logboom/contracts'

/** A line of a log that was asked for with timestamps. */
export interface LogLine {
  /** Null where it does not begin with a time. */
  time: LogTime | null
  /** What follows the time, or all of it. Shares the memory of the bytes that were given. */
  text: Buffer
}

/** The longest time that is looked for, with the space after it: nine digits and an offset. */
export const timeBytesMax = '2026-01-02T03:04:05.123456789+01:00 '.length
const timeBytesMin = '2026-01-02T03:04:05Z'.length
const [space, capitalT, dash] = [0x20, 0x54, 0x2d]

/** Splits `<RFC 3339> <text>` as the kubelet writes it. Whatever stands in the text is text, also another time. */
export function parseLogLine(bytes: Buffer): LogLine {
  const end = endOfTime(bytes)
  const time = end < 0 ? null : parseTimestamp(bytes.toString('latin1', 0, end))
  return time ? { time, text: bytes.subarray(end + 1) } : { time: null, text: bytes }
}

/** Where the space after the time stands, if what precedes it may be one. */
function endOfTime(bytes: Buffer): number {
  if (bytes[4] !== dash || bytes[10] !== capitalT) return -1
  const last = Math.min(bytes.length, timeBytesMax)
  for (let at = timeBytesMin; at < last; at += 1) if (bytes[at] === space) return at
  return -1
}

/** What the kubelet and the API server write into an answer of status 200 when there is no log to be had. */
const errorTexts = [
  /^unable to retrieve container logs for [\w.+-]+:\/\//,
  /^failed to (?:try resolving symlinks in path|open log file|watch file|create fsnotify watcher|get container status|parse) /,
  /^failed to create fsnotify watcher: /,
  /^(?:rpc error: code = |an error occurred when try to find container )/,
  /^container "[^"]*" in pod "[^"]*" is (?:waiting to start|terminated|not available)/,
  /^previous terminated container "[^"]*" in pod "[^"]*" not found/,
  /^(?:unexpected stream type|error getting container status|unexpected EOF) /,
  /^http: (?:proxy error|server closed|request body)/,
]
const errorBytesMax = 1_024

/** Whether a line without a time is such a text. One that a container wrote has a time. */
export function isKubeletError(bytes: Buffer): boolean {
  const text = bytes.toString('latin1', 0, errorBytesMax)
  return errorTexts.some((pattern) => pattern.test(text))
}
