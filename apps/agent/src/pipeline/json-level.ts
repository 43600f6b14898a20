import { normaliseLevel } from '@logboom/contracts'
import type { Level } from '@logboom/contracts'

/** Strings with their escapes, numbers and literals, and the marks that give the depth. */
const tokens = /"((?:[^"\\]|\\.)*)"|(-?\d[\d.eE+-]*)|[{}[\]:,]/g

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
 * of a member `log`; a `level` inside a payload or a quoted text is the program's own business.
 */
export function jsonLevel(head: string): Level | null {
  let depth = 0
  let key = ''
  let inLog = false
  let isKey = false
  for (const [token, text, number] of head.matchAll(tokens)) {
    if (token === '{' || token === '[') {
      inLog = depth === 1 && token === '{' && key === 'log'
      depth += 1
      isKey = token === '{'
    } else if (token === '}' || token === ']') {
      depth -= 1
      inLog = false
    } else if (token === ',') {
      isKey = true
    } else if (token === ':') {
      isKey = false
    } else if (isKey && text !== undefined) {
      key = text
    } else if (depth === 1 || (depth === 2 && inLog)) {
      const level = levelOf(key.toLowerCase(), text, number, head)
      if (level !== null) return level
    }
  }
  return null
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
