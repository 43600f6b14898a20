import { useSyncExternalStore } from 'react'

const shownMs = 2_500

interface Toast {
  id: number
  text: string
}

let toast: Toast | undefined
const listeners = new Set<() => void>()

/** Says in one short sentence, seen and read out, what has just been done. */
export function showToast(text: string): void {
  const id = (toast?.id ?? 0) + 1
  setToast({ id, text })
  setTimeout(() => {
    if (toast?.id === id) setToast(undefined)
  }, shownMs)
}

/** Stands once in the frame of the page. */
export function ToastPlace() {
  const shown = useSyncExternalStore(subscribe, () => toast)
  return (
    <div className="toast-place" role="status">
      {shown && <div className="toast">{shown.text}</div>}
    </div>
  )
}

function setToast(next: Toast | undefined): void {
  toast = next
  for (const tell of listeners) tell()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
