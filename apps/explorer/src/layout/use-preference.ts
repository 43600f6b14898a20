import { useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()

/** What was chosen, and how to choose. */
export type Choice<T> = [choice: T, choose: (choice: T) => void]

/** One of a few choices that this browser remembers, the same in all parts of the page. */
export function usePreference<T extends string>(name: string, choices: readonly [T, ...T[]]): Choice<T> {
  const key = `logboom.${name}`
  const stored = useSyncExternalStore(subscribe, () => localStorage.getItem(key))
  const choice = choices.find((known) => known === stored) ?? choices[0]
  const choose = (next: T) => {
    localStorage.setItem(key, next)
    for (const tell of listeners) tell()
  }
  return [choice, choose]
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
