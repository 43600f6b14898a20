/** A stretch of a message as it is shown: always as text, never as markup. */
export interface Piece {
  text: string
  /** Class names of its colours; they come from a fixed list. */
  style: string
  /** Stands for a character that cannot be seen, or that would change how others are seen. */
  isSign: boolean
}

interface Style {
  color: string
  isBold: boolean
  isDim: boolean
  isItalic: boolean
  isUnderlined: boolean
}

const noStyle: Style = { color: '', isBold: false, isDim: false, isItalic: false, isUnderlined: false }
const colors = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']

/** Controls, and what has no width or turns the direction of the text. */
const special = /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]/u
const escape = 0x1b
/** What follows an escape: a control sequence with its parameters and final letter, a string with its end, one letter. */
const sequence =
  // oxlint-disable-next-line no-control-regex -- it is what they are made of
  /\[([0-9:;<=>?]*)[ -/]*([@-~])|[\]PX^_][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|[ -/]*[0-~]/uy

/**
 * Colours of terminals become styles, all else that terminals obey is left out; other controls and bidirectional overrides
 * are shown as signs, so that a line cannot look like another one.
 */
export function decodeMessage(message: string): Piece[] {
  if (!special.test(message)) return [{ text: message, style: '', isSign: false }]
  const pieces: Piece[] = []
  let style = noStyle
  let plainFrom = 0
  const endPlain = (at: number) => {
    if (at > plainFrom)
      pieces.push({ text: message.slice(plainFrom, at), style: classOf(style), isSign: false })
  }
  for (let at = 0; at < message.length;) {
    const found = nextSpecial(message, at)
    if (found === -1) break
    const length = escapeLength(message, found)
    endPlain(found)
    if (length > 1) style = styleAfter(style, message.slice(found + 1, found + length))
    else pieces.push({ text: signOf(message, found), style: '', isSign: true })
    at = plainFrom = found + length
  }
  endPlain(message.length)
  return pieces
}

/** Line feeds and tabs have their own place in what is shown. */
function nextSpecial(message: string, from: number): number {
  for (let at = from; at < message.length; at += 1) {
    const code = message.charCodeAt(at)
    if (code === 0x0a || code === 0x09) continue
    if ((code < 0x20 || code >= 0x7f) && special.test(message.charAt(at))) return at
  }
  return -1
}

function escapeLength(message: string, at: number): number {
  if (message.charCodeAt(at) !== escape) return 1
  sequence.lastIndex = at + 1
  return 1 + (sequence.exec(message)?.[0].length ?? 0)
}

/** As terminals echo controls, `^G`: fonts have that, where they often lack pictures of controls. */
function signOf(message: string, at: number): string {
  const code = message.charCodeAt(at)
  if (code === 0xfffd) return '\ufffd'
  if (code < 0x20) return `^${String.fromCharCode(0x40 + code)}`
  if (code === 0x7f) return '^?'
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
}

function styleAfter(style: Style, text: string): Style {
  const parameters = /^\[([0-9;]*)m$/.exec(text)?.[1]
  if (parameters === undefined) return style
  const codes = parameters.split(';').map(Number)
  let next = style
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0
    if (code === 38 || code === 48) {
      // 5;n is one of a palette, 2;r;g;b a colour of its own: those that have a name are shown
      if (code === 38 && codes[at + 1] === 5) next = { ...next, color: colorName(codes[at + 2] ?? 0) }
      at += codes[at + 1] === 5 ? 2 : 4
    } else next = styleWith(next, code)
  }
  return next
}

function styleWith(style: Style, code: number): Style {
  if (code === 0) return noStyle
  if (code === 1) return { ...style, isBold: true }
  if (code === 2) return { ...style, isDim: true }
  if (code === 3) return { ...style, isItalic: true }
  if (code === 4) return { ...style, isUnderlined: true }
  if (code === 22) return { ...style, isBold: false, isDim: false }
  if (code === 23) return { ...style, isItalic: false }
  if (code === 24) return { ...style, isUnderlined: false }
  if (code >= 30 && code <= 37) return { ...style, color: colorName(code - 30) }
  if (code >= 90 && code <= 97) return { ...style, color: colorName(code - 90) }
  return code === 39 ? { ...style, color: '' } : style
}

function colorName(index: number): string {
  return index < 16 ? (colors[index % 8] ?? '') : ''
}

function classOf({ color, isBold, isDim, isItalic, isUnderlined }: Style): string {
  const names = [
    color && `ansi-${color}`,
    isBold && 'ansi-bold',
    isDim && 'ansi-dim',
    isItalic && 'ansi-italic',
    isUnderlined && 'ansi-underlined',
  ]
  return names.filter(Boolean).join(' ')
}
