import { useState } from 'react'

const shownMs = 2_000

/** Copies `text`; where the browser refuses (plain http on a foreign host), says how to do it by hand. */
export function CopyButton({ text, name = 'Copy' }: { text: string; name?: string }) {
  const [outcome, setOutcome] = useState<'copied' | 'refused'>()
  const copy = async () => {
    const done = await writeClipboard(text)
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

function writeClipboard(text: string): Promise<boolean> {
  // Not there on pages that came by plain http from another host, whatever the types say.
  const clipboard: Clipboard | undefined = navigator.clipboard
  return clipboard === undefined
    ? Promise.resolve(false)
    : clipboard.writeText(text).then(
        () => true,
        () => false,
      )
}
