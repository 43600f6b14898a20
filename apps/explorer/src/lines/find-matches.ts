/** Where in a text something is: begin, end. */
export type Span = [from: number, to: number]

export type FindMatches = (text: string) => Span[]

const matchesMax = 200
const none: FindMatches = () => []

/** Marks what `q` asked for. An expression is RE2's on the server; here it is only shown where it cannot run away. */
export function matcherOf(q: string): FindMatches {
  if (q === '') return none
  const [, expression] = /^\/(.+)\/$/s.exec(q) ?? []
  if (expression === undefined) return findAll(new RegExp(escaped(q), 'giu'))
  return isHarmless(expression) ? compile(expression) : none
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
}

/** The browser's engine tries every way there is: no repeated groups, and at most two parts of any length. */
function isHarmless(expression: string): boolean {
  const isRepeatedGroup = /\)(?:[*+?]|\{)/.test(expression)
  const unbounded = expression.match(/[*+]|\{\d+,\d*\}/g) ?? []
  return !isRepeatedGroup && unbounded.length <= 2 && !/\\[1-9k]/.test(expression)
}

function compile(expression: string): FindMatches {
  const [, flags = '', rest = expression] = /^\(\?([is]+)\)(.*)$/s.exec(expression) ?? []
  try {
    return findAll(new RegExp(rest, `g${flags}`))
  } catch {
    return none // RE2 knows more than the browser does
  }
}

function findAll(pattern: RegExp): FindMatches {
  return (text) => {
    const spans: Span[] = []
    for (const match of text.matchAll(pattern)) {
      if (match[0] !== '') spans.push([match.index, match.index + match[0].length])
      if (spans.length >= matchesMax) break
    }
    return spans
  }
}
