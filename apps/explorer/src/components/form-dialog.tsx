import { useEffect, useId, useRef } from 'react'
import type { ReactNode } from 'react'
import './form-dialog.css'

interface Props {
  title: string
  /** Escape, a click beside it, or its own buttons. */
  onClose: () => void
  children: ReactNode
}

/** The browser's own modal: it keeps the focus inside, and gives it back to where it came from. */
export function FormDialog({ title, onClose, children }: Props) {
  const element = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const dialog = element.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={element}
      className="form-dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <header>
        <h2 id={titleId}>{title}</h2>
        <button className="button plain small" type="button" onClick={onClose} aria-label="Close">
          ✕
        </button>
      </header>
      {children}
    </dialog>
  )
}
