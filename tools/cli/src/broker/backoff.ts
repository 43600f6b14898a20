import { setTimeout as wait } from 'node:timers/promises'

const firstMs = 250
const maxMs = 5_000

/** How long to wait before the next try: twice as long each time, up to 5 s, and not at the same time as everybody else. */
export function backoffMs(tries: number, random: () => number = Math.random): number {
  return Math.min(firstMs * 2 ** tries, maxMs) * (0.5 + random() / 2)
}

export async function backOff(tries: number): Promise<void> {
  await wait(backoffMs(tries))
}
