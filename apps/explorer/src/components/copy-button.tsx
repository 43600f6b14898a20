import { useState } from 'react'
import { writeToClipboard } from './copy-text.ts'

const shownMs = 2_000

/** Copies `text`; where the browser refuses (plain http on a foreign host), says how to do it by hand. */
export function CopyButton({ text, name = 'Copy' }: { text: string; name?: string }) {
  const [outcome, setOutcome] = useState<'copied' | 'refused'>()
  const copy = async () => {
    const done = await writeToClipboard(text)
    setOutcome(done ? 'copied' : 'refused')
    if (done) setTimeout(() => setOutcome(undefined), shownMs)
  }
  const words = { copied: 'Copied', refused: 'Select it and press Ctrl-C' }
  return (
    <button className="button small" type="button" onClick={() => void copy()}>
      <span role="status">{outcome === undefined ? name : words[outcome]}</span>
    </button>
  )
}
