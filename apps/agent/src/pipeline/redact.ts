/** One kind of secret: what it looks like and what stands in its place. */
interface Rule {
  name: string
  pattern: RegExp
  stand: string
}

export interface Redaction {
  text: string
  /** Names of the rules that found something. */
  found: readonly string[]
  /** True while the lines of a PEM private key follow. */
  insideKey: boolean
}

/**
 * Masks secrets in one line. Runs before identity, truncation and disk: what it finds is never written anywhere.
 * `insideKey` is what the line before returned.
 */
export function redact(text: string, insideKey: boolean): Redaction {
  if (insideKey) return redactKeyLine(text)
  if (!hint.test(text)) return { text, found: none, insideKey: false }
  const found: string[] = []
  let masked = text
  for (const { name, pattern, stand } of rules) {
    const before = masked
    masked = masked.replace(pattern, stand)
    if (masked !== before) found.push(name)
  }
  const opens = keyBegin.test(masked)
  if (!opens) return { text: masked, found, insideKey: false }
  return { text: masked.replace(keyBegin, '$1[masked]'), found: [...found, 'private_key'], insideKey: true }
}

const none: readonly string[] = []

/** A key that never ends must not mask the rest of the log: the first line that is no key material ends it as well. */
function redactKeyLine(text: string): Redaction {
  const end = keyEnd.exec(text)
  if (end) {
    const rest = redact(text.slice(end.index + end[0].length), false)
    return { ...rest, text: `[masked]${end[0]}${rest.text}`, found: ['private_key', ...rest.found] }
  }
  if (!keyMaterial.test(text)) return redact(text, false)
  return { text: '[masked]', found: ['private_key'], insideKey: true }
}

const keyBegin = /(-----BEGIN [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----)(?!\[masked\]).*$/s
const keyEnd = /-----END [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----/
/** Base64, perhaps behind a prefix that the logger put before it, or a header of the old PEM form. */
const keyMaterial = /^\s*[A-Za-z0-9+/=]*\s*$|(?<![A-Za-z0-9+/=])[A-Za-z0-9+/=]{16,}\s*$|Proc-Type:|DEK-Info:/

/** Most lines hold none of these, and one pass says so. */
const hint =
  /logboom_|\be[wy]|authorization|bearer|pass|pwd|secret|token|api.?key|access.?key|private.?key|:\/\/|A[KS]IA|gh[opsur]_|github_pat|xox|hooks\.slack|AIza|glpat/i

const passwordName = String.raw`(?:(?:passw(?:or)?d|passphrase|secret)[\w.-]{0,32}|(?<![a-z0-9])pwd)`
const tokenName = String.raw`(?<![a-z0-9])(?:(?:access|auth|refresh|session|id)?[_-]?token|(?:api|access|private)[_-]?key)`
const assigned = String.raw`\\{0,2}["']?\s{0,4}[=:]\s{0,4}`
/** The value of a quoted text ends at its own quote, which may itself be escaped. */
const quoted = String.raw`(?:(?!\2)(?:\\.|.))+`
const bare = String.raw`(?!\[masked\])(?:(?!\\["'])[^\s"'&;])`

/**
 * Every pattern is linear: each begins at a literal, quantifiers are bounded, and a run of word characters is entered
 * at its beginning only (a look-behind), else a line of `eyJ-eyJ-…` would be scanned once for each `eyJ`.
 */
const rules: readonly Rule[] = [
  {
    name: 'pem',
    pattern:
      /(-----BEGIN [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----)(?:(?!-----)[\s\S])*(-----END [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----)/g,
    stand: '$1[masked]$2',
  },
  {
    // The short part names the key in the broker's own table and is safe to keep.
    name: 'pak',
    pattern: /(logboom_[1-9A-HJ-NP-Za-km-z]{4,16})_[1-9A-HJ-NP-Za-km-z]{16,}/g,
    stand: '$1_[masked]',
  },
  { name: 'jwt', pattern: /(?<![\w-])e[wy][\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, stand: '[masked]' },
  {
    name: 'authorization',
    pattern:
      /(authorization["'\\]{0,4}\s{0,4}[:=]\s{0,4}["'\\]{0,4}(?:(?:bearer|basic|digest|token|negotiate)\s{1,4})?)[^\s"'\\,}]+/gi,
    stand: '$1[masked]',
  },
  { name: 'bearer', pattern: /\b(bearer\s{1,4})[\w.~+/=-]{16,}/gi, stand: '$1[masked]' },
  { name: 'url_userinfo', pattern: /(:\/\/[^\s:@/"']{0,256}):[^\s@/"'\\]{1,256}@/g, stand: '$1:[masked]@' },
  {
    name: 'password',
    pattern: new RegExp(
      String.raw`((?:${passwordName}|${tokenName})${assigned}(\\{0,2}["']))${quoted}`,
      'gi',
    ),
    stand: '$1[masked]',
  },
  {
    name: 'password',
    pattern: new RegExp(`(${passwordName}${assigned})${bare}+`, 'gi'),
    stand: '$1[masked]',
  },
  // Shorter values are prose: "unexpected token: }".
  { name: 'token', pattern: new RegExp(`(${tokenName}${assigned})${bare}{8,}`, 'gi'), stand: '$1[masked]' },
  { name: 'aws', pattern: /\bA[KS]IA[A-Z0-9]{16}\b/g, stand: '[masked]' },
  {
    name: 'github',
    pattern: /\b(?:gh[opsur]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255})/g,
    stand: '[masked]',
  },
  {
    name: 'slack',
    pattern: /\bxox[a-z]-[A-Za-z0-9-]{10,255}|\b(hooks\.slack\.com\/(?:services|workflows)\/)[\w/]{10,255}/g,
    stand: '$1[masked]',
  },
  { name: 'google', pattern: /\bAIza[\w-]{35}/g, stand: '[masked]' },
  { name: 'gitlab', pattern: /\bglpat-[\w-]{20,255}/g, stand: '[masked]' },
]

export const redactionRules: readonly string[] = [...new Set(rules.map(({ name }) => name)), 'private_key']
