import { createHash } from 'node:crypto'

/** Which statements PostgreSQL keeps, and under which name: the same one on every connection. */
export interface StatementNames {
  /** Undefined: it is not worth keeping, or enough are kept. */
  nameOf(text: string): string | undefined
  /** From now on nothing is kept: something between us and PostgreSQL mixes up connections. */
  giveUp(): void
}

export interface StatementNamesOptions {
  /** Each connection holds its own copy, up to 0.5 MB of one that plans 25 partitions. */
  namesMax?: number
  /** Asked less often, a statement is a rare mixture of filters; it must not take the place of a frequent one. */
  worthFrom?: number
}

/** Texts that are counted, not kept. */
const seenMax = 1_000

export function createStatementNames(options: StatementNamesOptions = {}): StatementNames {
  const { namesMax = 60, worthFrom = 3 } = options
  const names = new Map<string, string>()
  const seen = new Map<string, number>()
  let isOff = false
  return {
    nameOf(text) {
      if (isOff) return undefined
      const known = names.get(text)
      if (known !== undefined || names.size >= namesMax) return known
      const times = (seen.get(text) ?? 0) + 1
      if (times < worthFrom) {
        if (seen.size >= seenMax) seen.clear()
        seen.set(text, times)
        return undefined
      }
      seen.delete(text)
      const name = `logboom_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
      names.set(text, name)
      return name
    },
    giveUp() {
      isOff = true
      names.clear()
      seen.clear()
    },
  }
}
