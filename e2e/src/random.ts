export interface Random {
  /** From 0 to below 1. */
  next(): number
  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number
  pick<T>(choices: readonly [T, ...T[]]): T
}

/** The same numbers for the same seed (mulberry32), so that a run that failed can be run again. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (min: number, max: number) => min + Math.floor(next() * (max - min + 1))
  return { next, whole, pick: (choices) => choices[whole(0, choices.length - 1)] ?? choices[0] }
}

/** `E2E_SEED`, or another one each time. */
export function chooseSeed(): number {
  const given = process.env['E2E_SEED']
  return given ? Number(given) : Date.now() % 1_000_000
}
