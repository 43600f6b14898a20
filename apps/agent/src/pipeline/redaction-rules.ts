import { maskCards } from './mask-cards.ts'
import { maskEmails } from './mask-emails.ts'
import type { Hint } from './suspicions.ts'

/** One kind of secret: what it is called in settings and metrics, where it may be, and how it is masked. */
export interface RedactionRule {
  name: string
  hint: Hint
  mask: (text: string) => string
}

export const mask = '[masked]'

const passwordName = String.raw`(?:(?:passw(?:or)?d|passphrase|secret)[\w.-]{0,32}|(?<![a-z0-9])pwd|[a-z]_pass)`
const keyKinds =
  'api|access|private|account|shared_?access|subscription|encryption|signing|storage|master|client'
const tokenKinds = 'access|auth|refresh|session|id|csrf|xsrf|bearer|bot|device|push|jwt|oauth|security|api'
export const tokenName = String.raw`(?<![a-z0-9])(?:(?:${tokenKinds})?[_-]?token|(?:${keyKinds})[_-]?key|jsessionid|phpsessid)`
export const assigned = String.raw`\\{0,2}["']?\s{0,4}[=:]\s{0,4}`
/** The value of a quoted text ends at its own quote, which may itself be escaped. */
const quoted = String.raw`(?:(?!\2)(?:\\.|.))+`
export const bare = String.raw`(?!\[masked\])(?:(?!\\(?:["']|$))[^\s"'&;])`
/** A value without quotes; `null` is none, and in JSON what begins with a bracket has names of its own. */
const isValue = String.raw`(?!(?:null|true|false|none|undefined)(?![\w.-]))(?!(?<=["']\s{0,4}:\s{0,4})[{[])`
/** A number in JSON, where a comma ends it. */
const number = String.raw`(?<=["']\s{0,4}:\s{0,4})-?\d[\d.eE+-]*(?=\s{0,4}[,}\]])`
const schemes =
  'bearer|basic|digest|token|negotiate|ntlm|kerberos|api-?key|key|bot|jwt|hawk|hmac|mac|dpop|oauth|session|signature|splunk|aws4-hmac-sha256'

/**
 * Every pattern is linear: each begins at a literal, quantifiers are bounded, and a run of word characters is entered
 * at its beginning only (a look-behind), else a line of `eyJ-eyJ-…` would be scanned once for each `eyJ`.
 * The order matters: a quoted text is masked as a whole before something within it is.
 */
export const builtInRules: readonly RedactionRule[] = [
  { name: 'private_key', hint: 'vendors', mask: maskKeys },
  // The short part names the key in the broker's own table and is safe to keep.
  rule('pak', 'vendors', /(logboom_[1-9A-HJ-NP-Za-km-z]{4,16})_[1-9A-HJ-NP-Za-km-z]{16,}/g, '$1_[masked]'),
  rule('jwt', 'vendors', /(?<![\w-])e[wy][\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g),
  rule(
    'password',
    'passwords',
    new RegExp(String.raw`(${passwordName}${assigned}(\\{0,2}["']))${quoted}`, 'gi'),
    '$1[masked]',
  ),
  rule(
    'token',
    'tokens',
    new RegExp(String.raw`(${tokenName}${assigned}(\\{0,2}["']))${quoted}`, 'gi'),
    '$1[masked]',
  ),
  rule(
    'authorization',
    'headers',
    new RegExp(
      String.raw`(authorization["'\\]{0,4}\s{0,4}[:=]\s{0,4}["'\\]{0,4}(?:(?:${schemes})\s{1,4})?)[^\s"'\\,}]+`,
      'gi',
    ),
    '$1[masked]',
  ),
  rule('bearer', 'headers', /\b(bearer\s{1,4})[\w.~+/=-]{16,}/gi, '$1[masked]'),
  rule(
    'cookie',
    'headers',
    /(cookie["'\\]{0,4}\s{0,4}[:=]\s{0,4}["'\\]{0,4})[\w.-]{1,64}=[^;\s"'\\]*(?:;\s{0,2}[\w.-]{1,64}=[^;\s"'\\]*)*/gi,
    '$1[masked]',
  ),
  { name: 'url_userinfo', hint: 'at', mask: maskUserinfo },
  rule(
    'password',
    'passwords',
    new RegExp(`(${passwordName}${assigned})(?:${number}|${isValue}${bare}+)`, 'gi'),
    '$1[masked]',
  ),
  // Shorter values are prose: "unexpected token: }".
  rule(
    'token',
    'tokens',
    new RegExp(`(${tokenName}${assigned})(?:${number}|${isValue}${bare}{8,})`, 'gi'),
    '$1[masked]',
  ),
  rule(
    'token',
    'tokens',
    /([?&](?:sig|signature|x-amz-signature|x-goog-signature)=)[\w%+/=.-]{8,}/gi,
    '$1[masked]',
  ),
  rule('aws', 'vendors', /\bA[KS]IA[A-Z0-9]{16}\b/g),
  rule('github', 'vendors', /\b(?:gh[opsur]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255})/g),
  rule(
    'slack',
    'vendors',
    /\bxox[a-z]-[A-Za-z0-9-]{10,255}|\b(hooks\.slack\.com\/(?:services|workflows)\/)[\w/]{10,255}/g,
    '$1[masked]',
  ),
  rule('google', 'vendors', /\b(?:AIza[\w-]{35}|ya29\.[\w.-]{20,255})/g),
  rule('gitlab', 'vendors', /\bglpat-[\w-]{20,255}/g),
  rule('stripe', 'vendors', /\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,255}/g),
  // OpenAI, Anthropic, npm, Hugging Face, SendGrid, DigitalOcean, Shopify, Vault, PyPI, Docker Hub.
  rule(
    'vendor_key',
    'vendors',
    /\b(?:sk-[\w-]{20,255}|npm_[A-Za-z0-9]{36}|hf_[A-Za-z0-9]{30,64}|SG\.[\w-]{16,64}\.[\w-]{16,64}|dop_v1_[a-f0-9]{64}|shp(?:at|ss|ca|pa)_[a-fA-F0-9]{32}|hvs\.[\w-]{24,255}|pypi-[\w-]{40,255}|dckr_pat_[\w-]{20,64})/g,
  ),
  { name: 'card', hint: 'digits', mask: maskCards },
  // Area, group and serial as they are given out; a phone number has other groups, and 9xx is for tax payers.
  rule(
    'ssn',
    'digits',
    /[0-8](?<![A-Za-z0-9][0-8]|\d[-.][0-8])\d\d(?<!000|666)-(?!00)\d\d-(?!0000)\d{4}(?![A-Za-z0-9]|[-.]\d)/g,
  ),
  rule(
    'ssn',
    'ssn',
    /((?<![a-z])(?:ssn|social[ _-]?security(?:[ _-]?(?:number|no\.?))?)["'\\]{0,4}\s{0,4}[:=#]?\s{0,4}["'\\]{0,4})\d{3}[ -]?\d\d[ -]?\d{4}(?!\d)/gi,
    '$1[masked]',
  ),
  { name: 'email', hint: 'at', mask: maskEmails },
]

/** Names by which rules are switched on and off, and counted. */
export const redactionNames: readonly string[] = [...new Set(builtInRules.map(({ name }) => name))]

function rule(name: string, hint: Hint, pattern: RegExp, stand: string = mask): RedactionRule {
  return { name, hint, mask: (text) => text.replace(pattern, stand) }
}

const wholeKey =
  /(-----BEGIN [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----)(?:(?!-----)[\s\S])*(-----END [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----)/g
/** Its lines follow. */
const openKey = /(-----BEGIN [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----)(?!\[masked\]).*$/s

function maskKeys(text: string): string {
  return text.replace(wholeKey, '$1[masked]$2').replace(openKey, '$1[masked]')
}

const userinfo = /(:\/\/[^\s:@/"']{0,256}):[^\s@/"'\\]{1,256}@/g

function maskUserinfo(text: string): string {
  return text.includes('://') ? text.replace(userinfo, '$1:[masked]@') : text
}
