import { useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'

interface PopoverProps {
  label: ReactNode
  title: string
  className?: string
  children: (close: () => void) => ReactNode
}

/** A button and what it opens below itself; Esc and a click elsewhere close it. */
export function Popover({ label, title, className = '', children }: PopoverProps) {
  const [isOpen, setOpen] = useState(false)
  const place = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const close = () => {
    setOpen(false)
    button.current?.focus()
  }
  useEffect(() => {
    if (!isOpen) return undefined
    const closeOutside = (event: PointerEvent) => {
      // the target of a pointer event in a document is one of its nodes
      if (!place.current?.contains(event.target as Node)) setOpen(false)
    }
    document.addEventListener('pointerdown', closeOutside)
    return () => document.removeEventListener('pointerdown', closeOutside)
  }, [isOpen])
  return (
    <div
      className={`popover-place ${className}`}
      ref={place}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen) return
        event.stopPropagation()
        close()
      }}
    >
      <button
        ref={button}
        className="button"
        type="button"
        title={title}
        aria-expanded={isOpen}
        aria-haspopup="dialog"
        onClick={() => setOpen(!isOpen)}
      >
        {label}
      </button>
      {isOpen && (
        <div className="popover" role="dialog" aria-label={title}>
          {children(close)}
        </div>
      )}
    </div>
  )
}
