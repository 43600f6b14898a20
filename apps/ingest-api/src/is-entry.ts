import type { Entry } from '@logboom/contracts'

/**
 * Says of what it lets pass that `Entry.safeParse` would let it pass as it is (but for a label `__proto__`), without making
 * a copy: 0.1 µs where zod takes 0.7. What it does not let pass is for zod to judge.
 */
export function isEntry(raw: unknown): raw is Entry {
  if (typeof raw !== 'object' || raw === null) return false
  const entry: Partial<Record<keyof Entry, unknown>> = raw
  return (
    typeof entry.timestamp === 'string' &&
    isFilled(entry.namespace) &&
    isFilled(entry.pod_name) &&
    typeof entry.message === 'string' &&
    isTextOrNone(entry.container_name) &&
    isLevelOrNone(entry.level) &&
    isTextOrNone(entry.entry_id) &&
    isTextOrNone(entry.pod_uid) &&
    isTextOrNone(entry.node) &&
    isOutputOrNone(entry.output) &&
    isCountOrNone(entry.seq) &&
    isTextOrNone(entry.group_id) &&
    isCountOrNone(entry.original_bytes) &&
    isLabelsOrNone(entry.labels) &&
    isObjectOrNone(entry.attributes)
  )
}

function isFilled(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string'
}

function isLevelOrNone(value: unknown): boolean {
  return isTextOrNone(value) || (typeof value === 'number' && Number.isFinite(value))
}

function isOutputOrNone(value: unknown): boolean {
  return value === undefined || value === null || value === 'stdout' || value === 'stderr'
}

function isCountOrNone(value: unknown): boolean {
  return value === undefined || value === null || (Number.isSafeInteger(value) && Number(value) >= 0)
}

/** JSON has no other objects than plain ones and arrays. */
function isObjectOrNone(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value))
}

function isLabelsOrNone(value: unknown): boolean {
  if (!isObjectOrNone(value)) return false
  for (const key in Object(value)) if (typeof Reflect.get(Object(value), key) !== 'string') return false
  return true
}
