import type { ReactNode } from 'react'
import { Field } from './field.tsx'

interface Props {
  label: string
  hint?: ReactNode
  value: string
  /** Values with what they are called. */
  choices: readonly (readonly [value: string, words: string])[]
  onChoice: (value: string) => void
}

export function ChoiceField({ label, hint, value, choices, onChoice }: Props) {
  return (
    <Field label={label} hint={hint}>
      <select className="input" value={value} onChange={(event) => onChoice(event.target.value)}>
        {choices.map(([choice, words]) => (
          <option key={choice} value={choice}>
            {words}
          </option>
        ))}
      </select>
    </Field>
  )
}
