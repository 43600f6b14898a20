import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode, SyntheticEvent } from 'react'
import { FormDialog } from './form-dialog.tsx'
import { Failure } from './failure.tsx'
import { Field } from './field.tsx'
import { FormButtons } from './form-buttons.tsx'

interface Props {
  title: string
  /** What will happen, and what can be undone. */
  children: ReactNode
  /** On the button that does it. */
  verb: string
  /** Must be typed before it can be done: for what cannot be undone. */
  typed?: string
  act: () => Promise<unknown>
  /** After it was done. */
  onDone: () => void
  onClose: () => void
}

export function ConfirmDialog({ title, children, verb, typed, act, onDone, onClose }: Props) {
  const [text, setText] = useState('')
  const attempt = useMutation({ mutationFn: act, onSuccess: onDone })
  const mayAct = (typed === undefined || text.trim() === typed) && !attempt.isPending
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (mayAct) attempt.mutate()
  }
  return (
    <FormDialog title={title} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <div>{children}</div>
        {typed !== undefined && (
          <Field label={`Type “${typed}” to go on`}>
            <input
              className="input mono"
              autoComplete="off"
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </Field>
        )}
        {attempt.error && <Failure error={attempt.error} />}
        <FormButtons verb={verb} mayAct={mayAct} tone="danger" onClose={onClose} />
      </form>
    </FormDialog>
  )
}
