import { useEffect, useRef } from 'react'

/** By the key as the browser names it: `j`, `?`, ` `, `Escape`. */
export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => void>>

/** Keys for the whole page, as long as nothing is typed anywhere and no window is open above it. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts)
  useEffect(() => {
    latest.current = shortcuts
  })
  useEffect(() => {
    const obey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if (isBusy(event)) return
      const act = latest.current[event.key]
      if (!act) return
      event.preventDefault()
      act(event)
    }
    document.addEventListener('keydown', obey)
    return () => document.removeEventListener('keydown', obey)
  }, [])
}

/** Typing belongs to the field, and space and Enter to the button that has the focus. */
function isBusy(event: KeyboardEvent): boolean {
  if (document.querySelector('dialog[open], .popover')) return true
  const { target } = event
  if (!(target instanceof HTMLElement)) return false
  // a window that was just closed keeps the focus until the next frame
  if (target.closest('dialog:not([open])')) return false
  if (target.matches('input, textarea, select, [contenteditable]')) return true
  // a box within the page scrolls by itself
  if (event.key.startsWith('Arrow') && target.matches('[tabindex="0"]:not([role="treegrid"])')) return true
  return (event.key === ' ' || event.key === 'Enter') && target.matches('button, a, summary')
}
