import type { ComponentProps, ReactNode } from 'react'
import { Field } from './field.tsx'

type Props = Omit<ComponentProps<'input'>, 'value' | 'onChange'> & {
  label: string
  hint?: ReactNode
  value: string
  onText: (text: string) => void
}

export function TextField({ label, hint, onText, ...input }: Props) {
  return (
    <Field label={label} hint={hint}>
      <input className="input" {...input} onChange={(event) => onText(event.target.value)} />
    </Field>
  )
}
