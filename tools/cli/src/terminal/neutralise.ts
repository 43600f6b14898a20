/** A colour of the line's own program, which says nothing here: gone, where all other sequences are shown. */
// oxlint-disable-next-line no-control-regex -- as it begins
const colourSequence = /\u001b\[[\d;:]*m/g

/**
 * What a terminal would obey or hide: C0, DEL and C1; marks that turn the direction of text around or have no width;
 * line separators; the invisible tags; halves of surrogate pairs.
 */
const unsafe =
  // oxlint-disable-next-line no-control-regex -- these are what it is for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Cs}/gu

/** Text of others, so that a terminal shows it and does nothing else: `\x1b` for the escape character, and so on. */
export function neutralise(text: string): string {
  return text.replace(colourSequence, '').replaceAll('\t', '    ').replace(unsafe, escaped)
}

/** The same for text of several lines: none but the first begins where a line of ours would begin. */
export function neutraliseLines(text: string): string {
  if (!/[\r\n]/.test(text)) return neutralise(text)
  const lines = text.replace(/(?:\r?\n)+$/, '').split(/\r?\n/)
  return lines.map((line) => neutralise(line)).join('\n    ')
}

/** The same for a cell of CSV, which may have several lines. */
export function neutraliseCell(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => neutralise(line))
    .join('\n')
}

/** JSON whose characters are as harmless, and which means the same: JSON has escapes of its own. */
export function neutraliseJson(json: string): string {
  return json.replace(unsafe, (character) =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, at) => unit(character.charCodeAt(at))).join(''),
  )
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x100) return `\\x${hex(code, 2)}`
  return code < 0x10000 ? unit(code) : `\\u{${hex(code, 5)}}`
}

function unit(code: number): string {
  return `\\u${hex(code, 4)}`
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}
