import { setTimeout as wait } from 'node:timers/promises'

export type UntilOptions = {
  /** What is waited for, as it reads after "waited … ms for". */
  what: string
  /** Default 5000. */
  timeoutMs?: number
  /** Default 20. */
  intervalMs?: number
}

/**
 * Waits until `condition` gives something truthy and returns it. One that throws or rejects is tried again.
 * Fails with what it waited for and what it saw last.
 */
export async function until<T>(condition: () => T | Promise<T>, options: UntilOptions): Promise<T> {
  const { what, timeoutMs = 5_000, intervalMs = 20 } = options
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const seen = await attempt(condition, deadline - Date.now())
    if ('value' in seen && seen.value) return seen.value
    if (Date.now() >= deadline) {
      const last = 'value' in seen ? String(seen.value) : `error: ${String(seen.error)}`
      throw new Error(
        `waited ${timeoutMs} ms for ${what}; last seen: ${last}`,
        'error' in seen ? { cause: seen.error } : {},
      )
    }
    await wait(intervalMs)
  }
}

/** A condition that never settles (a query to a frozen server) must not outwait the deadline. */
async function attempt<T>(
  condition: () => T | Promise<T>,
  leftMs: number,
): Promise<{ value: T } | { error: unknown }> {
  const late = new AbortController()
  const hung = wait(Math.max(leftMs, 1), { error: 'no answer' }, { signal: late.signal }).catch(() => ({
    error: 'aborted',
  }))
  try {
    return await Promise.race([Promise.resolve(condition()).then((value) => ({ value })), hung])
  } catch (error) {
    return { error }
  } finally {
    late.abort()
  }
}
