export class DeadlineError extends Error {
  constructor(what: string, timeoutMs: number) {
    super(`${what} took more than ${timeoutMs} ms`)
    this.name = 'DeadlineError'
  }
}

/** `work`, or a `DeadlineError` after `timeoutMs`. The work itself goes on; its late error is nobody's. */
export async function withDeadline<T>(what: string, timeoutMs: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new DeadlineError(what, timeoutMs)), timeoutMs)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
