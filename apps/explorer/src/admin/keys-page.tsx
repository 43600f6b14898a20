import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { agentsQuery } from '../agents/agent-queries.ts'
import { Failure } from '../components/failure.tsx'
import { Loading } from '../components/loading.tsx'
import { OutcomeNotice, useOutcome } from '../components/outcome.tsx'
import { useTitle } from '../components/use-title.ts'
import { IssueKeyDialog } from '../keys/issue-key-dialog.tsx'
import { keysQuery } from '../keys/key-queries.ts'
import { keyStateOf } from '../keys/key-state.ts'
import { KeysTable } from '../keys/keys-table.tsx'
import { RequireAdmin } from './require-admin.tsx'

export function KeysPage() {
  useTitle('Keys')
  return (
    <RequireAdmin>
      <AllKeys />
    </RequireAdmin>
  )
}

function AllKeys() {
  const keys = useQuery(keysQuery)
  const agents = useQuery(agentsQuery).data?.items ?? []
  const outcome = useOutcome()
  const [isIssuing, setIsIssuing] = useState(false)
  const [showsOver, setShowsOver] = useState(false)
  const names = new Map(agents.map(({ id, name }) => [id, name]))
  const all = keys.data?.items ?? []
  const shown = all.filter((key) => showsOver || !keyStateOf(key, Date.now()).isOver)
  return (
    <div className="page">
      <div className="page-head">
        <h1>Keys</h1>
        <label>
          <input
            type="checkbox"
            checked={showsOver}
            onChange={(event) => setShowsOver(event.target.checked)}
          />{' '}
          Show expired and revoked
        </label>
        <button className="button primary" type="button" onClick={() => setIsIssuing(true)}>
          New key
        </button>
      </div>
      <OutcomeNotice outcome={outcome} />
      {keys.error && <Failure error={keys.error} retry={() => void keys.refetch()} />}
      {keys.isPending && <Loading what="keys" />}
      {keys.data && <KeysTable keys={shown} agentNames={names} say={outcome.say} />}
      {isIssuing && <IssueKeyDialog agents={agents} say={outcome.say} onClose={() => setIsIssuing(false)} />}
    </div>
  )
}
