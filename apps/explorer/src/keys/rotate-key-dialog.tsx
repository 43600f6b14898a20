import { useMutation } from '@tanstack/react-query'
import type { Pak } from '@logboom/contracts'
import { useState } from 'react'
import type { SyntheticEvent } from 'react'
import { ChoiceField } from '../components/choice-field.tsx'
import { FormDialog } from '../components/form-dialog.tsx'
import { Failure } from '../components/failure.tsx'
import { FormButtons } from '../components/form-buttons.tsx'
import { SecretOnce } from '../components/secret-once.tsx'
import { rotateKey, useKeysChanged } from './key-queries.ts'

interface Props {
  old: Pak
  say: (sentence: string) => void
  onClose: () => void
}

/** Hours, and what they are called. */
const overlaps = [
  ['1', 'an hour'],
  ['24', 'a day'],
  ['168', 'a week'],
  ['720', '30 days'],
] as const

/** A new key beside the old one, which gets an end: time to change over without a line lost. */
export function RotateKeyDialog({ old, say, onClose }: Props) {
  const [hours, setHours] = useState('24')
  const changed = useKeysChanged()
  const name = old.label || old.short
  const words = overlaps.find(([value]) => value === hours)?.[1] ?? ''
  const rotation = useMutation({
    mutationFn: () => rotateKey(old, new Date(Date.now() + Number(hours) * 3_600_000).toISOString()),
    onSettled: changed,
    onSuccess: () => say(`${name} has a successor; the old key works for ${words} more.`),
  })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    rotation.mutate()
  }
  if (rotation.data) {
    return (
      <FormDialog title="The new key" onClose={onClose}>
        <div className="form">
          <SecretOnce secret={rotation.data.pak} />
          <p>The old one works for {words} more. Revoke it sooner when it is no longer used.</p>
          <div className="buttons">
            <button className="button primary" type="button" onClick={onClose}>
              Done
            </button>
          </div>
        </div>
      </FormDialog>
    )
  }
  return (
    <FormDialog title={`Rotate ${name}`} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <p>A new key with the same rights is issued, and both work until the old one ends.</p>
        <ChoiceField label="The old key ends in" value={hours} choices={overlaps} onChoice={setHours} />
        {rotation.error && <Failure error={rotation.error} />}
        <FormButtons verb="Issue the new key" mayAct={!rotation.isPending} onClose={onClose} />
      </form>
    </FormDialog>
  )
}
