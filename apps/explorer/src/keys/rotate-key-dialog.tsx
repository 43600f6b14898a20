import { useMutation } from '@tanstack/react-query'
import type { Pak } from '@logboom/contracts'
import { useState } from 'react'
import type { SyntheticEvent } from 'react'
import { Dialog } from '../components/dialog.tsx'
import { Failure } from '../components/failure.tsx'
import { Field } from '../components/field.tsx'
import { FormButtons } from '../components/form-buttons.tsx'
import { SecretOnce } from '../components/secret-once.tsx'
import { rotateKey, useKeysChanged } from './key-queries.ts'

interface Props {
  old: Pak
  say: (sentence: string) => void
  onClose: () => void
}

const overlaps = [
  { hours: 1, words: 'an hour' },
  { hours: 24, words: 'a day' },
  { hours: 24 * 7, words: 'a week' },
  { hours: 24 * 30, words: '30 days' },
] as const

/** A new key beside the old one, which gets an end: time to change over without a line lost. */
export function RotateKeyDialog({ old, say, onClose }: Props) {
  const [hours, setHours] = useState('24')
  const changed = useKeysChanged()
  const name = old.label || old.short
  const words = overlaps.find((one) => String(one.hours) === hours)?.words ?? ''
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
      <Dialog title="The new key" onClose={onClose}>
        <div className="dialog-body">
          <SecretOnce secret={rotation.data.pak} />
          <p>The old one works for {words} more. Revoke it sooner when it is no longer used.</p>
          <div className="buttons">
            <button className="button primary" type="button" onClick={onClose}>
              Done
            </button>
          </div>
        </div>
      </Dialog>
    )
  }
  return (
    <Dialog title={`Rotate ${name}`} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <p>A new key with the same rights is issued, and both work until the old one ends.</p>
        <Field label="The old key ends in">
          <select className="input" value={hours} onChange={(event) => setHours(event.target.value)}>
            {overlaps.map((one) => (
              <option key={one.hours} value={one.hours}>
                {one.words}
              </option>
            ))}
          </select>
        </Field>
        {rotation.error && <Failure error={rotation.error} />}
        <FormButtons verb="Issue the new key" mayAct={!rotation.isPending} onClose={onClose} />
      </form>
    </Dialog>
  )
}
