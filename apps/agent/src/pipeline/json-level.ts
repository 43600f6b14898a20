import { normaliseLevel } from '@logboom/contracts'
import type { Level } from '@logboom/contracts'

const levelKeys = new Set([
  'level',
  'severity',
  'lvl',
  'log.level',
  'loglevel',
  'log_level',
  'levelname',
  'level_name',
])
const shortKeys = new Set(['@l', '@level', 'l'])
const numberKeys = new Set(['severitynumber', 'severity_number'])
const textKeys = new Set(['severitytext', 'severity_text'])

/**
 * The level of a JSON line, from its head: the line may be cut. Only members of the object itself count, and `level`
 * of a member `log`; a `level` inside a payload or a quoted text is the program's own business. By character codes, for
 * an expression makes objects of every mark.
 */
export function jsonLevel(head: string): Level | null {
  let depth = 0
  let key = ''
  let inLog = false
  let isKey = false
  for (let at = 0; at < head.length;) {
    const code = head.charCodeAt(at)
    const end = endOfToken(head, at, code)
    if (end < 0) return null // cut within a text: nothing follows
    if (code === openBrace || code === openBracket) {
      inLog = depth === 1 && code === openBrace && key === 'log'
      depth += 1
      isKey = code === openBrace
    } else if (code === closeBrace || code === closeBracket) {
      depth -= 1
      inLog = false
    } else if (code === comma) isKey = true
    else if (code === colon) isKey = false
    else if (depth === 1 || (depth === 2 && inLog)) {
      if (code === quote && isKey) key = head.slice(at + 1, end - 1)
      else if (code === quote || end > at + 1 || isDigit(code)) {
        const [text, number] =
          code === quote ? [head.slice(at + 1, end - 1)] : [undefined, head.slice(at, end)]
        const level = levelOf(key.toLowerCase(), text, number, head)
        if (level !== null) return level
      }
    }
    at = end
  }
  return null
}

const [quote, backslash, minus, colon, comma] = [0x22, 0x5c, 0x2d, 0x3a, 0x2c]
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d]

/** Behind a text with its escapes, a number, or a single character; -1 within a text that does not end. */
function endOfToken(head: string, at: number, code: number): number {
  let end = at + 1
  if (code === quote) {
    while (end < head.length && head.charCodeAt(end) !== quote)
      end += head.charCodeAt(end) === backslash ? 2 : 1
    return end < head.length ? end + 1 : -1
  }
  if (isDigit(code) || (code === minus && isDigit(head.charCodeAt(end))))
    while (end < head.length && isOfNumber(head.charCodeAt(end))) end += 1
  return end
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** Digits, `.`, `e`, `E`, `+`, `-`. */
function isOfNumber(code: number): boolean {
  return isDigit(code) || code === 0x2e || code === 0x65 || code === 0x45 || code === 0x2b || code === minus
}

function levelOf(
  key: string,
  text: string | undefined,
  number: string | undefined,
  head: string,
): Level | null {
  if (levelKeys.has(key)) return text === undefined ? levelOfNumber(number) : levelOfText(text)
  if (shortKeys.has(key) || textKeys.has(key)) return text === undefined ? null : normaliseLevel(text)
  if (numberKeys.has(key) && number !== undefined) return normaliseLevel(Number(number))
  // MongoDB since 4.4: {"t":{"$date":…},"s":"I",…
  if (key === 's' && text !== undefined && head.startsWith('{"t":{"$date"')) return mongoLevel(text)
  return null
}

/** pino and bunyan count in tens. Smaller numbers under `level` are as often GELF's, which count the other way round. */
function levelOfNumber(number: string | undefined): Level | null {
  return number !== undefined && /^[1-6]0$/.test(number) ? normaliseLevel(Number(number)) : null
}

function levelOfText(text: string): Level | null {
  return /^\d+$/.test(text) ? levelOfNumber(text) : normaliseLevel(text)
}

function mongoLevel(text: string): Level | null {
  const levels: Record<string, Level> = { F: 'FATAL', E: 'ERROR', W: 'WARN', I: 'INFO', D: 'DEBUG' }
  return levels[text.charAt(0)] ?? null
}
