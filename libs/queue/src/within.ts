/**
 * The value of `work`, or null when it takes longer. Work that is given up goes on; how it ends is nobody's.
 */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T | null> {
  const late = Promise.withResolvers<null>()
  const timer = setTimeout(() => late.resolve(null), timeoutMs)
  work.catch(() => undefined)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
