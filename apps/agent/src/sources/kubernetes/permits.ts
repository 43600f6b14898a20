/** So many at a time; whoever comes later waits for a turn, in the order of coming. */
export interface Permits {
  /** Resolves with what gives the permit back; it may be called more than once. */
  take(): Promise<() => void>
}

export function createPermits(count: number): Permits {
  let free = count
  const waiting: (() => void)[] = []

  function giveBack(): void {
    const next = waiting.shift()
    if (next) next()
    else free += 1
  }

  return {
    async take() {
      if (free > 0) free -= 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
      let isHeld = true
      return () => {
        if (isHeld) giveBack()
        isHeld = false
      }
    },
  }
}
