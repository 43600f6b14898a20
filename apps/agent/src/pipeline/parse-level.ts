import { normaliseLevel } from '@logboom/contracts'
import type { Level } from '@logboom/contracts'
import { jsonLevel } from './json-level.ts'
import { prefixLevel } from './prefix-level.ts'

/** Nobody writes the level further in than this. */
const headChars = 512

/**
 * The level that a line says it has; null where it says none, as most lines of a stack trace.
 * A wrong DEBUG would lose a line to `min_level`, so in doubt the answer is null.
 */
export function parseLevel(line: string): Level | null {
  const head = stripAnsi(line.length > headChars ? line.slice(0, headChars) : line)
  if (/^\s*\{/.test(head)) return jsonLevel(head)
  if (/^[\w.-]{1,32}=/.test(head)) return logfmtLevel(head) ?? prefixLevel(head)
  return ownFormatLevel(head) ?? prefixLevel(head) ?? logfmtLevel(head)
}

// oxlint-disable-next-line no-control-regex -- terminals' colours are what is stripped
const ansi = /\u001b\[[0-9;?]{0,16}[ -/]{0,4}[@-~]/g

function stripAnsi(text: string): string {
  const plain = text.includes('\u001b') ? text.replace(ansi, '') : text
  return plain.startsWith('\ufeff') ? plain.slice(1) : plain
}

const letters: Record<string, Level> = {
  T: 'TRACE',
  D: 'DEBUG',
  I: 'INFO',
  W: 'WARN',
  E: 'ERROR',
  F: 'FATAL',
  C: 'FATAL',
}
const redisMarks: Record<string, Level> = { '.': 'DEBUG', '-': 'DEBUG', '*': 'INFO', '#': 'WARN' }
const syslogLevels: readonly Level[] = ['FATAL', 'FATAL', 'FATAL', 'ERROR', 'WARN', 'INFO', 'INFO', 'DEBUG']

/** klog and glog: `E0102 15:04:05.678901`; Ruby: `E, [2026-…`. */
const letterFirst = /^([DIWEFC])(?:\d{4} \d\d:\d\d:\d\d[.,]\d+|, \[\d{4}-)/
/** `1234:M 21 Nov 2026 09:13:00.123 * Ready`: process, role, time, mark. */
const redis = /^\d{1,10}:[XCSM] \d\d [A-Z][a-z]{2} (?:\d{4} )?\d\d:\d\d:\d\d[.,]\d{1,6} ([.*#-]) /
/** MongoDB up to 4.2: `2026-11-21T09:13:00.123+0000 I NETWORK`. */
const mongo = /^\d{4}-\d\d-\d\dT[\d:.]{8,16}(?:Z|[+-]\d{4}) ([DIWEF])\d? +[A-Z]{3,10} /
/** syslog's priority, facility × 8 + severity. */
const priority = /^<(\d{1,3})>/

/** Formats that put a single character where others put a word. */
function ownFormatLevel(head: string): Level | null {
  const letter = letterFirst.exec(head)?.[1] ?? mongo.exec(head)?.[1]
  if (letter !== undefined) return letters[letter] ?? null
  const mark = redis.exec(head)?.[1]
  if (mark !== undefined) return redisMarks[mark] ?? null
  const number = priority.exec(head)?.[1]
  return number === undefined || Number(number) > 191 ? null : (syslogLevels[Number(number) % 8] ?? null)
}

const logfmt =
  /(?:^|[\s,])(?:level|lvl|severity|log_?level|log\.level)=(?:"([A-Za-z]{1,16})"|([A-Za-z]{1,16})(?![\w.]))/

function logfmtLevel(head: string): Level | null {
  if (!head.includes('=')) return null
  const [, quoted, bare] = logfmt.exec(head) ?? []
  const name = quoted ?? bare
  return name === undefined ? null : normaliseLevel(name)
}
