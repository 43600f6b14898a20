import type { Piece } from './decode-message.ts'
import { decodeMessage } from './decode-message.ts'
import type { FindMatches } from './find-matches.ts'

export interface MarkedPiece extends Piece {
  isMatch: boolean
}

/** What a row has room for, and the browser time: a line may have 64 KiB. */
const rowCharsMax = 500
const before = 60
/** How far into a line a row looks for what was searched for. */
const searchedCharsMax = 70_000

/** A message for a row: one line, cut, and cut so that what was searched for can be seen. */
export function cutMessage(message: string, findMatches: FindMatches): MarkedPiece[] {
  if (message.length <= rowCharsMax) return markMessage(message, findMatches, '⏎')
  const first = findMatches(message.slice(0, searchedCharsMax))[0]?.[0] ?? 0
  const from = first > rowCharsMax - before ? backToCharacter(message, first - before) : 0
  const to = backToCharacter(message, Math.min(from + rowCharsMax, message.length))
  const pieces = markMessage(message.slice(from, to), findMatches, '⏎')
  if (from > 0) pieces.unshift(signOf('… '))
  if (to < message.length) pieces.push(signOf(' …'))
  return pieces
}

/** Decoded, with what was searched for marked; `lineFeed` takes the place of each, where there is room for one line only. */
export function markMessage(message: string, findMatches: FindMatches, lineFeed = '\n'): MarkedPiece[] {
  const pieces = decodeMessage(lineFeed === '\n' ? message : message.trimEnd()).flatMap((piece) =>
    lineFeed === '\n' || piece.isSign ? [piece] : splitLines(piece, lineFeed),
  )
  const spans = findMatches(pieces.map(({ text }) => text).join(''))
  if (spans.length === 0) return pieces.map((piece) => ({ ...piece, isMatch: false }))
  let at = 0
  return pieces.flatMap((piece) => {
    const begin = at
    at += piece.text.length
    return splitAt(
      piece,
      spans.map(([from, to]): [number, number] => [from - begin, to - begin]),
    )
  })
}

function splitAt(piece: Piece, spans: [from: number, to: number][]): MarkedPiece[] {
  const length = piece.text.length
  const inside = spans
    .map(([from, to]): [number, number] => [Math.max(from, 0), Math.min(to, length)])
    .filter(([from, to]) => from < to)
  const parts: MarkedPiece[] = []
  let at = 0
  const add = (to: number, isMatch: boolean) => {
    if (to > at) parts.push({ ...piece, text: piece.text.slice(at, to), isMatch })
    at = Math.max(at, to)
  }
  for (const [from, to] of inside) {
    add(from, false)
    add(to, true)
  }
  add(length, false)
  return parts
}

function splitLines(piece: Piece, lineFeed: string): Piece[] {
  if (!piece.text.includes('\n')) return [piece]
  return piece.text
    .split('\n')
    .flatMap((text, index) => [
      ...(index > 0 ? [{ text: lineFeed, style: '', isSign: true }] : []),
      ...(text === '' ? [] : [{ ...piece, text }]),
    ])
}

function signOf(text: string): MarkedPiece {
  return { text, style: '', isSign: true, isMatch: false }
}

/** Not between the halves of a surrogate pair. */
function backToCharacter(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at
}
