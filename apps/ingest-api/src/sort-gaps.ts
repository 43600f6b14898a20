import {
  cleanText,
  cutBytes,
  fieldBytesMax,
  formatMicros,
  Gap,
  parseTimestamp,
  uuidOf,
} from '@logboom/contracts'
import type { JobGap, LogTime, Rejection } from '@logboom/contracts'
import { rowIdOf } from './identity.ts'
import type { RetentionPolicy } from './retention-policy.ts'

export interface SortedGaps {
  gaps: JobGap[]
  rejected: Rejection[]
}

interface GapContext {
  agentId: string
  source: string
  policy: RetentionPolicy
}

/** Brings the gaps of a push into rows; a bad one is reported beside the entries and spoils nothing. */
export function sortGaps(raw: unknown[], context: GapContext): SortedGaps {
  const sorted: SortedGaps = { gaps: [], rejected: [] }
  for (const [index, value] of raw.entries()) {
    const gap = checkGap(value)
    if (typeof gap === 'string')
      sorted.rejected.push({ index, code: 'gap_invalid', detail: `gaps[${index}]: ${gap}` })
    else sorted.gaps.push(toJobGap(gap, index, context))
  }
  return sorted
}

type CheckedGap = Omit<Gap, 'from' | 'to'> & { from: LogTime; to: LogTime }

/** The gap, or what is wrong with it. */
function checkGap(value: unknown): CheckedGap | string {
  const parsed = Gap.safeParse(value)
  if (!parsed.success) return parsed.error.issues[0]?.path.join('.') || 'not an object'
  const from = parseTimestamp(parsed.data.from)
  const to = parseTimestamp(parsed.data.to)
  if (!from || !to) return 'from and to must be RFC 3339'
  if (!isStorable(from) || !isStorable(to)) return 'from and to must lie between 1970 and 9999'
  return from.us <= to.us ? { ...parsed.data, from, to } : { ...parsed.data, from: to, to: from }
}

/** What is later than the year 9999 in UTC has five digits, which PostgreSQL does not read; it would refuse the batch. */
const storableUsMax = Date.parse('9999-12-31T23:59:59Z') * 1000

function isStorable({ us }: LogTime): boolean {
  return us >= 0 && us <= storableUsMax
}

function toJobGap(gap: CheckedGap, index: number, { agentId, source, policy }: GapContext): JobGap {
  const namespace = textOf(gap.namespace, fieldBytesMax.namespace)
  return {
    id: uuidOf(rowIdOf(agentId, gap.from, `gap/${source}/${index}`)),
    namespace,
    pod_name: textOf(gap.pod_name, fieldBytesMax.pod_name),
    container_name:
      gap.container_name == null ? null : textOf(gap.container_name, fieldBytesMax.container_name),
    from: formatMicros(gap.from.us),
    to: formatMicros(gap.to.us),
    lines: gap.lines ?? null,
    bytes: gap.bytes ?? null,
    reason: gap.reason,
    exact: gap.exact,
    retention_class: policy.of(agentId, namespace).classId,
  }
}

function textOf(text: string, bytesMax: number): string {
  return cutBytes(cleanText(text), bytesMax)
}
