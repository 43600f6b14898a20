import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { DeadLetter } from '@logboom/contracts'
import { useState } from 'react'
import { agentsQuery } from '../agents/agent-queries.ts'
import { readAll } from '../api/read-all.ts'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { Failure } from '../components/failure.tsx'
import { Loading } from '../components/loading.tsx'
import { OutcomeNotice, useOutcome } from '../components/outcome.tsx'
import { useTitle } from '../components/use-title.ts'
import { DeadLettersTable } from './dead-letters-table.tsx'
import { deleteLetter, requeueLetter } from './letter-actions.ts'
import { RequireAdmin } from './require-admin.tsx'

export function DeadLettersPage() {
  useTitle('Dead letters')
  return (
    <RequireAdmin>
      <DeadLetters />
    </RequireAdmin>
  )
}

type Open = { what: 'requeue' | 'delete'; letter: DeadLetter }

function DeadLetters() {
  const client = useQueryClient()
  const letters = useQuery({
    queryKey: ['dead-letters'],
    queryFn: ({ signal }) => readAll<DeadLetter>('/dead-letters', 'dead_letters', signal),
  })
  const names = new Map((useQuery(agentsQuery).data?.items ?? []).map(({ id, name }) => [id, name]))
  const outcome = useOutcome()
  const [open, setOpen] = useState<Open>()
  const done = (sentence: string) => {
    void client.invalidateQueries({ queryKey: ['dead-letters'] })
    outcome.say(sentence)
    setOpen(undefined)
  }
  const items = letters.data?.items
  return (
    <div className="page">
      <div className="page-head">
        <h1>Dead letters</h1>
        <button className="button" type="button" onClick={() => void letters.refetch()}>
          Look again
        </button>
      </div>
      <p className="dim">
        Entries that were accepted and that PostgreSQL then refused. They expire as all lines do.
      </p>
      <OutcomeNotice outcome={outcome} />
      {letters.error && <Failure error={letters.error} retry={() => void letters.refetch()} />}
      {letters.isPending && <Loading what="dead letters" />}
      {items?.length === 0 && <p className="notice">None: whatever was accepted is stored.</p>}
      {items && items.length > 0 && (
        <DeadLettersTable
          letters={items}
          agentNames={names}
          open={(what, letter) => setOpen({ what, letter })}
        />
      )}
      {open?.what === 'requeue' && (
        <RequeueDialog letter={open.letter} onDone={done} onClose={() => setOpen(undefined)} />
      )}
      {open?.what === 'delete' && (
        <DeleteDialog letter={open.letter} onDone={done} onClose={() => setOpen(undefined)} />
      )}
    </div>
  )
}

interface DialogProps {
  letter: DeadLetter
  onDone: (sentence: string) => void
  onClose: () => void
}

function RequeueDialog({ letter, onDone, onClose }: DialogProps) {
  return (
    <ConfirmDialog
      title="Send it to the writer again"
      verb="Send it again"
      act={() => requeueLetter(letter)}
      onDone={() =>
        onDone('The entry is with the writer again; if it is refused once more, it comes back here.')
      }
      onClose={onClose}
    >
      <p>That helps when what was wrong is mended. It is never stored twice.</p>
    </ConfirmDialog>
  )
}

function DeleteDialog({ letter, onDone, onClose }: DialogProps) {
  return (
    <ConfirmDialog
      title="Delete the dead letter"
      verb="Delete it"
      act={() => deleteLetter(letter)}
      onDone={() => onDone('The dead letter is deleted.')}
      onClose={onClose}
    >
      <p>The entry is lost then: it is stored nowhere else here.</p>
    </ConfirmDialog>
  )
}
