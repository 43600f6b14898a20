import type { OpenLine } from '../spool/position.ts'
import type { Redact, Redaction, Redactor } from './redact.ts'
import { assigned, bare, tokenName } from './redaction-rules.ts'

/** What goes on being masked in the rest of a line, up to where. */
const ends: Record<string, RegExp> = {
  word: /\\["']|[\s"'&;]/,
  digits: /[^\d -]/,
  header: /\\?["']/,
  '"': /(?<!\\)"/,
  "'": /(?<!\\)'/,
  '\\"': /\\"/,
  "\\'": /\\'/,
  '\\\\"': /\\\\"/,
  "\\\\'": /\\\\'/,
}
/** Bytes between were not kept: nobody knows what it is the rest of. */
const never = /(?!)/

/** The name under which masks at the cut are counted. */
const unfinished = 'unfinished'

export interface MaskedRest {
  redaction: Redaction
  /** What was sent before it and is to be looked at together with what comes next. */
  before: string
  /** All of it was masked, and so goes on what comes next. */
  goesOn: boolean
}

/**
 * The rest of a line whose beginning was sent before it came. What was being masked is masked to its end; else the text
 * is looked at together with the end of what was sent, which holds no secret any more but may hold the name of one.
 */
export function maskRest(
  text: string,
  { masks, tail }: Omit<OpenLine, 'output'>,
  redact: Redact,
): MaskedRest {
  if (masks === null) {
    const whole = redact(tail + text)
    const shown = behind(tail, whole.text)
    const before = whole.text.slice(0, whole.text.length - shown.length)
    return { redaction: { ...whole, text: shown }, before, goesOn: false }
  }
  const end = text.search(ends[masks] ?? never)
  if (end < 0) {
    const redaction = { text: text === '' ? '' : '[masked]', found: [unfinished], opensKey: false }
    return { redaction, before: '', goesOn: true }
  }
  const rest = redact(text.slice(end))
  const found = end === 0 ? rest.found : [unfinished, ...rest.found]
  const redaction = { ...rest, text: (end === 0 ? '' : '[masked]') + rest.text, found }
  return { redaction, before: '', goesOn: false }
}

/** What follows what was sent already. */
function behind(sent: string, text: string): string {
  let same = 0
  while (same < sent.length && text[same] === sent[same]) same += 1
  return text.slice(same)
}

export interface OpenEnd {
  redaction: Redaction
  /** The last of the text, for the look at the rest. */
  tail: string
  /** What goes on being masked in the rest. */
  masks: string | null
}

/** Nothing that a secret begins with is longer, but for what is masked as a whole before. */
const endChars = 512
const tailChars = 128

/**
 * Masks what the end of a text may be the beginning of. Only what is a secret with any continuation, or with a likely one,
 * is masked; a word that is only the name of one is remembered. `before` was sent already.
 */
export function maskOpenEnd(piece: Redaction, before: string, redactor: Redactor): OpenEnd {
  const at = Math.max(0, piece.text.length - endChars)
  const end = (at === 0 ? before : '') + piece.text.slice(at)
  const beginning = beginnings.find(({ rule, pattern }) => isOn(rule, redactor) && pattern.test(end))
  if (!beginning) {
    const tail = tailOf(end)
    const isSame = redactor.redact(tail).text === tail
    return { redaction: piece, tail: isSame ? tail : '', masks: isSame ? null : 'word' }
  }
  const { pattern, stand, masks } = beginning
  const masked = end.replace(pattern, stand)
  const quote = /(\\{0,2}["'])\[masked\]$/.exec(masked)?.[1]
  const text = at === 0 ? behind(before, masked) : piece.text.slice(0, at) + masked
  const found = masked === end ? piece.found : [...piece.found, unfinished]
  return {
    redaction: { text, found, opensKey: false },
    tail: '',
    masks: masks === 'word' && quote !== undefined ? quote : masks,
  }
}

function isOn(rule: string, { names, hasCustom }: Redactor): boolean {
  return rule === 'custom' ? hasCustom : names.has(rule)
}

/** Begins behind a blank, else its first word would be another than it was. */
function tailOf(end: string): string {
  const tail = end.slice(-tailChars)
  return tail.length < end.length ? tail.slice(tail.search(/\s|$/)) : tail
}

interface Beginning {
  rule: string
  pattern: RegExp
  stand: string
  masks: string
}

const beginnings: readonly Beginning[] = [
  beginning('cookie', /(cookie["'\\]{0,4}\s{0,4}[:=][^\n]{0,8}\[masked\]$)/i, '$1', 'header'),
  // Cut within the scheme, its value is yet to come.
  beginning(
    'authorization',
    /(authorization["'\\]{0,4}\s{0,4}[:=]\s{0,4}["'\\]{0,4}\[masked\]\s{0,4})$/i,
    '$1',
    'header',
  ),
  // Whatever was masked up to the end may not have ended there. The rule is one that is always on.
  beginning('pak', /(\[masked\])$/, '$1'),
  beginning('token', new RegExp(`(${tokenName}${assigned})${bare}{1,7}$`, 'i'), '$1[masked]'),
  beginning('token', /([?&](?:sig|signature|x-amz-signature|x-goog-signature)=)[^\s&"']*$/i, '$1[masked]'),
  beginning('bearer', /\b(bearer\s{1,4})[\w.~+/=-]{1,15}$/i, '$1[masked]'),
  beginning('pak', /(logboom_[1-9A-HJ-NP-Za-km-z]{4,16})_[1-9A-HJ-NP-Za-km-z]*$/, '$1_[masked]'),
  beginning('jwt', /(?<![\w-])(?:ey[JA]|ew[o0])[\w.-]*$/),
  beginning('aws', /\bA[KS]IA[A-Z0-9]*$/),
  beginning('github', /\b(?:gh[opsur]_|github_pat_)\w*$/),
  beginning('slack', /\b(?:xox[a-z]-[\w-]*|hooks\.slack\.com\/(?:services|workflows)\/[\w/]*)$/),
  beginning('google', /\b(?:AIza|ya29\.)[\w.-]*$/),
  beginning('gitlab', /\bglpat-[\w-]*$/),
  beginning('stripe', /\b[sr]k_(?:live|test)_\w*$/),
  beginning('vendor_key', /\b(?:sk-|npm_|hf_|SG\.|dop_v1_|shp[acs][ast]_|hvs\.|pypi-|dckr_pat_)[\w.-]*$/),
  beginning('url_userinfo', /(:\/\/[^\s:@/"']*):[^\s@/"'\\]*$/, '$1:[masked]'),
  beginning('card', /(?<![A-Za-z0-9])(?:[3-6]\d|2[2-7])(?:[ -]?\d){5,17}[ -]?$/, '[masked]', 'digits'),
  beginning('ssn', /(?<![A-Za-z0-9])\d{3}-\d(?:\d(?:-\d{0,3})?)?$/, '[masked]', 'digits'),
  beginning('email', /(?<![\w.+%-])[\w.+%-]+(?:@|%40)[\w.-]*$/),
  beginning('custom', /\S+$/),
]

function beginning(rule: string, pattern: RegExp, stand = '[masked]', masks = 'word'): Beginning {
  return { rule, pattern, stand, masks }
}
