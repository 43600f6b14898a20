import type { RawLine } from '../sources/raw-line.ts'
import type { LineMemory } from '../spool/position.ts'
import { maskOpenEnd, maskRest } from './open-line.ts'
import type { MaskedRest } from './open-line.ts'
import type { Redact, Redaction, Redactor } from './redact.ts'

/**
 * Masks the secrets of a line, also those that began before it: a private key of many lines, and what the cut goes
 * through where a line comes in pieces. Runs before identity, truncation and disk: what it finds is never written.
 */
export function redactLine(text: string, line: RawLine, redactor: Redactor): Redaction {
  const { memory } = line.source
  const isPiece = line.isOpen === true || line.continues !== null || line.lostBytes > 0
  if (!isPiece && !memory.insideKey) {
    const redacted = redactor.redact(text)
    if (redacted.opensKey) memory.insideKey = true
    return redacted
  }
  return isPiece ? redactPiece(text, line, redactor) : redactKeyLine(text, memory, redactor.redact, false)
}

/** A piece of a line: its first, one that goes on, or all that was kept of a line that was too long. */
function redactPiece(text: string, line: RawLine, redactor: Redactor): Redaction {
  const { memory } = line.source
  const { redaction, before, goesOn } = redactWithin(text, line, redactor.redact)
  const { open } = memory
  memory.insideKey = redaction.opensKey
  memory.open = null
  if (redaction.opensKey || (line.isOpen !== true && line.lostBytes === 0)) return redaction
  if (goesOn) {
    memory.open = line.isOpen === true ? open : null
    return redaction
  }
  const ended = maskOpenEnd(redaction, before, redactor)
  if (line.isOpen === true)
    memory.open = { output: line.output, tail: ended.tail, masks: line.lostBytes > 0 ? 'all' : ended.masks }
  return ended.redaction
}

function redactWithin(text: string, line: RawLine, redact: Redact): MaskedRest {
  const { memory } = line.source
  const isRest = line.continues !== null
  if (isRest && !memory.insideKey)
    return maskRest(text, memory.open?.output === line.output ? memory.open : unknownOpen, redact)
  const redaction = memory.insideKey ? redactKeyLine(text, memory, redact, isRest) : redact(text)
  return { redaction, before: '', goesOn: false }
}

/** Nobody knows what it is the rest of. */
const unknownOpen = { masks: 'all', tail: '' }

/** A key that never ends must not mask the rest of the log: the first line that is no key material ends it as well. */
function redactKeyLine(text: string, memory: LineMemory, redact: Redact, isRest: boolean): Redaction {
  const end = keyEnd.exec(text)
  if (!end && (isRest || keyMaterial.test(text)))
    return { text: '[masked]', found: ['private_key'], opensKey: true }
  const rest = redact(end ? text.slice(end.index + end[0].length) : text)
  memory.insideKey = rest.opensKey
  if (!end) return rest
  return { ...rest, text: `[masked]${end[0]}${rest.text}`, found: ['private_key', ...rest.found] }
}

const keyEnd = /-----END [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----/
/** Base64, perhaps behind a prefix that the logger put before it, or a header of the old PEM form. */
const keyMaterial = /^\s*[A-Za-z0-9+/=]*\s*$|(?<![A-Za-z0-9+/=])[A-Za-z0-9+/=]{16,}\s*$|Proc-Type:|DEK-Info:/
