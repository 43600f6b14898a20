import { useState } from 'react'
import { ShortcutHelp } from './shortcut-help.tsx'
import { useShortcuts } from './use-shortcuts.ts'

export function HelpButton() {
  const [isShown, setShown] = useState(false)
  useShortcuts({ '?': () => setShown(true) })
  return (
    <>
      <button
        className="button plain"
        type="button"
        title="Keyboard (?)"
        aria-label="Keyboard help"
        onClick={() => setShown(true)}
      >
        ?
      </button>
      {isShown && <ShortcutHelp close={() => setShown(false)} />}
    </>
  )
}
