import type { MarkedPiece } from './cut-message.ts'

/** A message's pieces as text nodes, which nothing in them can get out of. */
export function MessageText({ pieces }: { pieces: MarkedPiece[] }) {
  const [only] = pieces
  if (pieces.length === 1 && only && !only.isMatch && !only.isSign && only.style === '') return only.text
  return pieces.map((piece, index) => {
    // pieces of a message never change their places
    const key = `${index}`
    const className = piece.isSign ? 'sign' : piece.style
    if (piece.isMatch) {
      return (
        <mark key={key} className={className}>
          {piece.text}
        </mark>
      )
    }
    return className === '' ? (
      piece.text
    ) : (
      <span key={key} className={className}>
        {piece.text}
      </span>
    )
  })
}
