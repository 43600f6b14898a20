/** What only paints: it says nothing, and is left out. */
// oxlint-disable-next-line no-control-regex -- the escape character is what it begins with
const paint = /\u001b\[[\d;:]*m/g

/**
 * What a terminal obeys, or what is not seen as what it is: C0 and C1, DEL, marks of direction and of no width, line
 * separators, tags, single surrogates.
 */
const unsafe =
  // oxlint-disable-next-line no-control-regex -- these are what it is for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu

/** Text of others that a terminal shows and does not obey; its lines after the first are indented, whatever ends them. */
export function terminalText(text: string): string {
  return text
    .replace(paint, '')
    .replace(/(?:\r?\n)+$/, '')
    .replace(/\r?\n/g, '\n')
    .replace(unsafe, escaped)
    .replaceAll('\n', '\n    ')
}

/** As JSON writes it. */
function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('')
}
