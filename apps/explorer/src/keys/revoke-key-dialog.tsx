import type { Pak } from '@logboom/contracts'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { revokeKey, useKeysChanged } from './key-queries.ts'

interface Props {
  pak: Pak
  say: (sentence: string) => void
  onClose: () => void
}

export function RevokeKeyDialog({ pak, say, onClose }: Props) {
  const changed = useKeysChanged()
  const name = pak.label || pak.short
  return (
    <ConfirmDialog
      title={`Revoke ${name}`}
      verb="Revoke it"
      act={() => revokeKey(pak)}
      onDone={() => {
        void changed()
        say(`${name} is revoked: within 30 s nobody gets in with it.`)
        onClose()
      }}
      onClose={onClose}
    >
      <p>
        Whoever uses it is refused within 30 seconds, and it cannot be brought back. To give them time to
        change over, rotate it instead.
      </p>
    </ConfirmDialog>
  )
}
