/**
 * Masks e-mail addresses, also those with `%40` of a query string. Linear: from each `@` outwards, no character is
 * looked at more than twice. What only looks like an address stays: versions of packages, units of systemd, images
 * for dense screens, `git@host:`, and the user of a URL.
 */
export function maskEmails(text: string): string {
  let masked = ''
  let done = 0
  let from = 0
  for (let found = nextSign(text, 0); found; found = nextSign(text, from)) {
    const { index, 0: sign } = found
    const start = localStart(text, index, Math.max(done, from))
    from = index + sign.length
    const end = domainEnd(text, from)
    if (start === index || end === 0 || !isAddress(text, start, index, end, sign)) continue
    masked += `${text.slice(done, start)}[masked]`
    done = end
  }
  return done === 0 ? text : masked + text.slice(done)
}

const signs = /@|%40/g

function nextSign(text: string, from: number): RegExpExecArray | null {
  signs.lastIndex = from
  return signs.exec(text)
}

/** What may stand before the sign, but for the rare characters that are more often a delimiter, as in `to='a@b.org'`. */
const localChar = /[\w.+%-]/
const domainChar = /[\w.-]/

function localStart(text: string, at: number, from: number): number {
  let start = at
  while (start > from && localChar.test(text.charAt(start - 1))) start -= 1
  return afterEscape(text, start, at)
}

/** The `n` of `\n` belongs to the backslash, and so does `u003c`, as Go writes `<` in JSON. */
function afterEscape(text: string, start: number, at: number): number {
  if (text.charAt(start - 1) !== '\\') return start
  const escape = /^(?:u[0-9a-f]{4}|[nrtbf])/i.exec(text.slice(start, Math.min(at, start + 5)))
  return escape ? start + escape[0].length : start
}

/** Zero where no domain follows. A dot or dash at the end belongs to the sentence. */
function domainEnd(text: string, from: number): number {
  let end = from
  while (end < text.length && domainChar.test(text.charAt(end))) end += 1
  while (end > from && /[.-]/.test(text.charAt(end - 1))) end -= 1
  return end === from ? 0 : end
}

const noTopLevel =
  /^(?:service|socket|timer|mount|automount|target|slice|scope|device|swap|path|png|jpe?g|gif|svg|webp|[cm]?js|ts|css|html|json|xml|ya?ml|log|txt|conf|class|jar)$/i

function isAddress(text: string, start: number, at: number, end: number, sign: string): boolean {
  const domain = text.slice(at + sign.length, end)
  const top = /\.([a-z]{2,24})$/i.exec(domain)?.[1]
  if (top === undefined || noTopLevel.test(top) || /^\d+\.\d|^\dx\.|_/.test(domain)) return false
  if (text.slice(start, at) === 'git' && text.charAt(end) === ':') return false
  return !text.endsWith('//', start) && !text.endsWith('[masked]', start)
}
