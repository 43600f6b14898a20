/** Rows of RFC 4180, read by another way than they are written. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  let cell = ''
  let isQuoted = false
  const endCell = () => {
    rows.at(-1)?.push(cell)
    cell = ''
  }
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? ''
    if (isQuoted && character === '"' && text[at + 1] === '"') cell += text[(at += 1)]
    else if (character === '"') isQuoted = !isQuoted
    else if (isQuoted) cell += character
    else if (character === ',') endCell()
    else if (character === '\r' && text[at + 1] === '\n') {
      endCell()
      rows.push([])
      at += 1
    } else cell += character
  }
  if (isQuoted || cell !== '') throw new Error('the last row has no end')
  rows.pop()
  return rows
}
