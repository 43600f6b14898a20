import { RE2JS, RE2JSSyntaxException } from 're2js'

/**
 * What `q` asks of a message: something that PostgreSQL can judge (`text`, a substring in any case of a to
 * z), or something that this process judges line by line.
 */
export type TextMatch = { text: string } | { matches: (message: string) => boolean }

export const patternCharsMax = 1_000

/**
 * Instructions of a compiled expression, which the time for a line grows with. 64 KiB take 1 ms with nearly
 * all expressions, and 370 ms with the worst that this bound lets pass (`a[ab]{400}[cd]` on random a and b).
 */
const programSizeMax = 500

/**
 * `/re/` is an RE2 expression, linear in time whatever it says; anything else a substring. Throws a
 * RangeError that says what is wrong.
 */
export function parseTextMatch(q: string): TextMatch {
  if (q.length > patternCharsMax)
    throw new RangeError(`must not be longer than ${patternCharsMax} characters`)
  const [, expression] = /^\/(.+)\/$/s.exec(q) ?? []
  if (expression !== undefined) return { matches: compile(expression) }
  // PostgreSQL folds letters beyond ASCII by the collation of its database, which may know none of them.
  if (/^[\0-\x7f]*$/.test(q)) return { text: q }
  const wanted = q.toLowerCase()
  return { matches: (message) => message.toLowerCase().includes(wanted) }
}

function compile(expression: string): (message: string) => boolean {
  const pattern = parse(expression)
  if (pattern.programSize() > programSizeMax) throw new RangeError('is too large an expression')
  // `test` runs RE2's automaton: 64 KiB of `a` against (a+)+$ take 3 ms; `find`, which must say where, 23 ms.
  return (message) => pattern.test(message)
}

function parse(expression: string): RE2JS {
  try {
    return RE2JS.compile(expression)
  } catch (error) {
    if (error instanceof RE2JSSyntaxException)
      throw new RangeError(`is not a regular expression of RE2: ${error.message}`)
    throw error
  }
}
