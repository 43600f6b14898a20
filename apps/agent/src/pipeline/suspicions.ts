/** What a line must have for a rule to find something; one look serves all rules of a kind. */
export const hints = ['passwords', 'tokens', 'headers', 'ssn', 'vendors', 'at', 'digits'] as const
export type Hint = (typeof hints)[number]

/** Each kind by what a rule of it takes: `lower` is the text in lower case. */
const looks: Record<Hint, (text: string, lower: string) => boolean> = {
  passwords: (_text, lower) => /passw(?:or)?d|passphrase|secret|pwd|_pass/.test(lower),
  tokens: (_text, lower) => /token|key|jsessionid|phpsessid|signature=|[?&]sig=/.test(lower),
  headers: (_text, lower) => /bearer|authorization|cookie/.test(lower),
  ssn: (_text, lower) => /ssn|social/.test(lower),
  vendors: (text) => keys.test(text) || dashed.test(text) || underscored.test(text),
  at: (text) => text.includes('@') || text.includes('%40'),
  digits: (text) => digits.test(text),
}

const keys = /A[KS]IA|AIza|ya29|SG\.|hvs\.|eyJ|eyA|ew[o0]/
const dashed = /xox|glpat-|sk-|pypi-|-----BEGIN/
const underscored = /gh[opsur]_|_pat_|k_(?:live|test)_|npm_|hf_|op_v1_|shp.._|boom_|slack\.com/
const digits = /\d{3}(?:-\d\d-\d{4}|\d[ -]?\d{4}(?:[ -]?\d{4}[ -]?\d\d|\d\d[ -]))/

/**
 * Three characters out of each alternative of these expressions, the rarest in what programs write: a text without any
 * of them, as most are, is passed over in one look at it. `@` and digits are found by other means.
 */
const triples: Partial<Record<Hint, string>> = {
  passwords: 'ssw sph ecr pwd _pa',
  tokens: 'tok key pse jse gna ig=',
  headers: 'bea zat coo',
  ssn: 'ssn oci',
  vendors:
    'kia sia aiz ya2 sg. hvs eyj eya ewo ew0 xox glp sk- pyp beg gho ghp ghs ghu ghr _pa k_l k_t npm hf_ op_ shp om_ sla',
}
/** So many in a row, with blanks and dashes between, have the shortest numbers that `digits` finds. */
const digitsMin = 9

const bitOf = (hint: Hint): number => 1 << hints.indexOf(hint)
const everything = (1 << hints.length) - 1
const [digitsBit, atBit] = [bitOf('digits'), bitOf('at')]

/** Longer lines are rare, and looked at for everything. */
const scratch = Buffer.allocUnsafeSlow(16_384)
const [zero, blank, dash] = [0x30, 0x20, 0x2d]
/** The lower five bits of a character are the same for both cases of a letter, and few others have them. */
const [bitsPerChar, lowerBits, tableBits] = [5, 0x1f, 0x7fff]

/** What a text is suspect of, as bits in the order of `hints`. */
export function suspicions(text: string): number {
  let rough = text.length > scratch.length ? everything : glance(text)
  if (text.includes('@') || text.includes('%40')) rough |= atBit
  if (rough === 0) return 0
  const lower = text.toLowerCase()
  let bits = 0
  for (const [index, hint] of hints.entries())
    if (((rough >> index) & 1) === 1 && looks[hint](text, lower)) bits |= 1 << index
  return bits
}

/** All kinds but `at` that `looks` may say yes to, and now and then another. Of a character that has two bytes, one is looked at. */
function glance(text: string): number {
  const length = scratch.write(text, 0, 'latin1')
  let found = 0
  let triple = 0
  let run = 0
  for (let index = 0; index < length; index += 1) {
    const code = scratch[index] ?? 0
    triple = ((triple << bitsPerChar) | (code & lowerBits)) & tableBits
    found |= table[triple] ?? 0
    if (code >= zero && code < zero + 10) {
      run += 1
      if (run === digitsMin) found |= digitsBit
    } else if (code !== blank && code !== dash) run = 0
  }
  return found
}

/** By three characters, the kinds that they may be of. */
const table = tableOf()

function tableOf(): Uint8Array {
  const made = new Uint8Array(tableBits + 1)
  for (const hint of hints) {
    for (const chars of triples[hint]?.split(' ') ?? []) {
      const place = Buffer.from(chars).reduce((sum, code) => (sum << bitsPerChar) | (code & lowerBits), 0)
      made[place] = (made[place] ?? 0) | bitOf(hint)
    }
  }
  return made
}
