import { useEffect, useId, useRef } from 'react'
import type { ReactNode } from 'react'
import './form-dialog.css'

interface Props {
  title: string
  /** By Escape or its own buttons. */
  onClose: () => void
  children: ReactNode
}

/**
 * A modal window with a form or a key in it: a click beside it closes nothing, or what was typed, or what is shown once, would be
 * lost.
 */
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
      className="dialog form-dialog"
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
