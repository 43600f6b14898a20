import type { ReactNode } from 'react'

interface Props {
  label: string
  hint?: ReactNode
  children: ReactNode
}

/** A labelled control; the hint says what a good value is. */
export function Field({ label, hint, children }: Props) {
  return (
    <label className="field">
      <span>{label}</span>
      {children}
      {hint !== undefined && hint !== null && <span className="hint">{hint}</span>}
    </label>
  )
}
