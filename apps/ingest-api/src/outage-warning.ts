const quietMs = 60_000

/**
 * Passes on one failure a minute: while PostgreSQL is away, every batch meets it, and a line for each would be a flood.
 * The next one says how many were left out.
 */
export function createOutageWarning(
  warn: (fields: { err: unknown; unsaid: number }) => unknown,
  now: () => number = Date.now,
): (err: unknown) => void {
  let saidAtMs = Number.NEGATIVE_INFINITY
  let unsaid = 0
  return (err) => {
    unsaid += 1
    if (now() - saidAtMs < quietMs) return
    warn({ err, unsaid: unsaid - 1 })
    saidAtMs = now()
    unsaid = 0
  }
}
