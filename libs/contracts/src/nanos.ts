import type { LogTime } from './timestamp.ts'

/** Nanoseconds since 1970. */
export function nanosOf({ us, ns }: LogTime): bigint {
  return BigInt(us) * 1000n + BigInt(ns)
}

/** The time of so many nanoseconds since 1970, which must not be negative. */
export function timeOfNanos(nanos: bigint): LogTime {
  return { us: Number(nanos / 1000n), ns: Number(nanos % 1000n) }
}
