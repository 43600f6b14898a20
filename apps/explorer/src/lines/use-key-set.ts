import { useCallback, useState } from 'react'

/** Keys of rows that are open, and how to open or close one, or close all. */
export function useKeySet(): [keys: ReadonlySet<string>, toggle: (key: string) => void, clear: () => void] {
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set())
  const toggle = useCallback((key: string) => {
    setKeys((before) => {
      const next = new Set(before)
      if (!next.delete(key)) next.add(key)
      return next
    })
  }, [])
  const clear = useCallback(() => setKeys((before) => (before.size === 0 ? before : new Set())), [])
  return [keys, toggle, clear]
}
