import { compileRules } from './custom-rules.ts'
import type { CustomRule } from './custom-rules.ts'
import { builtInRules } from './redaction-rules.ts'
import type { RedactionRule } from './redaction-rules.ts'
import { hints, suspicions } from './suspicions.ts'

export interface RedactionSettings {
  /** Names of the built-in rules that are on. */
  names: ReadonlySet<string>
  custom: readonly CustomRule[]
}

export interface Redaction {
  text: string
  /** Names of the rules that found something. */
  found: readonly string[]
  /** The text ends within a private key, whose lines follow. */
  opensKey: boolean
}

/** Masks the secrets in a text that is complete in itself. */
export type Redact = (text: string) => Redaction

/** The rules in force. */
export interface Redactor {
  redact: Redact
  /** Of the built-in rules. */
  names: ReadonlySet<string>
  hasCustom: boolean
}

/**
 * Makes a set of rules into one function. Masking what was masked before changes nothing, but for rules of the
 * operator's own.
 * @throws {RangeError} that says what is wrong with a custom rule
 */
export function createRedactor({ names, custom }: RedactionSettings): Redactor {
  const rulesOf = rulesByHints(builtInRules.filter(({ name }) => names.has(name)))
  const own = compileRules(custom)
  const redact: Redact = (text) => {
    const redacted = redactDecoded(text, rulesOf)
    return custom.length > 0 && own.hint(redacted.text) ? applyRules(own.rules, redacted) : redacted
  }
  return { redact, names, hasCustom: custom.length > 0 }
}

type Rules = readonly Pick<RedactionRule, 'name' | 'mask'>[]

/** The rules to try on a text, in their order; hardly ever any. */
function rulesByHints(rules: readonly RedactionRule[]): (text: string) => Rules {
  const sets = Array.from({ length: 2 ** hints.length }, (_, bits) =>
    rules.filter(({ hint }) => ((bits >> hints.indexOf(hint)) & 1) === 1),
  )
  return (text) => sets[suspicions(text)] ?? noRules
}

const noRules: Rules = []

/** `https:\/\/` and `\u0026` in JSON: what decodes to the same, but hides a secret from the patterns. */
const hiding = /\\\/|\\u00[2-7]/
const hidden = /\\\\|\\\/|\\u00([2-7][0-9a-f])/gi

/** A text with such escapes is looked at without them too; it is replaced only if that shows a secret. */
function redactDecoded(text: string, rulesOf: (text: string) => Rules): Redaction {
  if (text.includes('\\') && hiding.test(text)) {
    const decoded = text.replace(hidden, decode)
    const redacted = applyRules(rulesOf(decoded), unchanged(decoded))
    if (redacted.found.length > 0) return redacted
  }
  const rules = rulesOf(text)
  return rules.length === 0 ? unchanged(text) : applyRules(rules, unchanged(text))
}

/** Quotes and backslashes stay, for they would end the text that they are in. */
function decode(escape: string, code: string | undefined): string {
  if (escape === '\\/') return '/'
  if (code === undefined || /^(?:22|5c|7f)$/i.test(code)) return escape
  return String.fromCharCode(Number.parseInt(code, 16))
}

const none: readonly string[] = []

function unchanged(text: string): Redaction {
  return { text, found: none, opensKey: false }
}

const openKey = /PRIVATE KEY(?: BLOCK)?-----\[masked\]$/

function applyRules(rules: Rules, { text, found, opensKey }: Redaction): Redaction {
  const names = [...found]
  let masked = text
  for (const { name, mask } of rules) {
    const before = masked
    masked = mask(masked)
    if (masked !== before && !names.includes(name)) names.push(name)
  }
  if (names.length > found.length && text.startsWith('{')) masked = quoteNumbers(masked)
  return {
    text: masked,
    found: names,
    opensKey: opensKey || (names.includes('private_key') && openKey.test(masked)),
  }
}

const unquoted = /(?<=:\s?)\[masked\](?=\s?[,}\]])/g

/** A number has no quotes to stand between; without them the line would be JSON no more. */
function quoteNumbers(masked: string): string {
  if (isJson(masked)) return masked
  const quoted = masked.replace(unquoted, '"[masked]"')
  return isJson(quoted) ? quoted : masked
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
