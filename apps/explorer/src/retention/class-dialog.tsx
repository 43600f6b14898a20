import { useMutation } from '@tanstack/react-query'
import type { RetentionClass } from '@logboom/contracts'
import { useState } from 'react'
import type { SyntheticEvent } from 'react'
import { sendJson } from '../api/request.ts'
import { FormDialog } from '../components/form-dialog.tsx'
import { Failure } from '../components/failure.tsx'
import { FormButtons } from '../components/form-buttons.tsx'
import { TextField } from '../components/text-field.tsx'
import { formatCount } from '../format/format-count.ts'
import { formatDuration } from '../format/format-duration.ts'
import { readDuration } from './read-duration.ts'
import { previewRetention, useRetentionChanged } from './retention-queries.ts'

interface Props {
  /** Without it, a new one is made. */
  changed?: RetentionClass
  say: (sentence: string) => void
  onClose: () => void
}

/** What would be deleted is shown before it is saved: a shorter retention cannot be taken back. */
export function ClassDialog({ changed, say, onClose }: Props) {
  const [name, setName] = useState(changed?.name ?? '')
  const [text, setText] = useState(changed ? formatDuration(changed.retention_seconds) : '')
  const seconds = readDuration(text)
  const isShorter = changed !== undefined && seconds !== undefined && seconds < changed.retention_seconds
  const preview = useMutation({ mutationFn: () => previewRetention({ name, seconds: seconds ?? 0 }) })
  const save = useSave({ name: name.trim(), seconds: seconds ?? 0, say, onClose })
  const mustLook = isShorter && !preview.data
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (seconds === undefined) return
    if (mustLook) preview.mutate()
    else save.mutate()
  }
  return (
    <FormDialog
      title={changed ? `Change the class ${changed.name}` : 'New retention class'}
      onClose={onClose}
    >
      <form className="form" onSubmit={submit}>
        {!changed && (
          <TextField label="Name" required autoFocus maxLength={100} value={name} onText={setName} />
        )}
        <TextField
          label="Kept for"
          hint={
            seconds === undefined ? 'A number with s, min, h or d, such as 12 h.' : formatDuration(seconds)
          }
          required
          value={text}
          onText={(value) => {
            setText(value)
            preview.reset()
          }}
        />
        {preview.data && <Consequence rows={preview.data.total_rows} />}
        {(preview.error ?? save.error) && <Failure error={preview.error ?? save.error} />}
        <FormButtons
          verb={mustLook ? 'Show what would be deleted' : 'Save'}
          mayAct={seconds !== undefined && !preview.isPending && !save.isPending}
          tone={preview.data && preview.data.total_rows > 0 ? 'danger' : 'primary'}
          onClose={onClose}
        />
      </form>
    </FormDialog>
  )
}

interface Change extends Pick<Props, 'say' | 'onClose'> {
  name: string
  seconds: number
}

function useSave({ name, seconds, say, onClose }: Change) {
  const refresh = useRetentionChanged()
  return useMutation({
    mutationFn: () =>
      sendJson('PUT', `/retention/classes/${encodeURIComponent(name)}`, { retention_seconds: seconds }),
    onSuccess: async () => {
      await refresh()
      say(`Lines of the class ${name} are kept for ${formatDuration(seconds)} from now on.`)
      onClose()
    },
  })
}

function Consequence({ rows }: { rows: number }) {
  if (rows === 0) return <p className="notice">Nothing would be deleted by the next clean-up.</p>
  return (
    <p className="notice warning">
      {formatCount(rows)} entries would be gone from every search at once, and deleted by the next clean-up.
      That cannot be undone.
    </p>
  )
}
