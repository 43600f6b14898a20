import { useQuery } from '@tanstack/react-query'
import type { AgentWithProgress } from '@logboom/contracts'
import { useState } from 'react'
import { Failure } from '../components/failure.tsx'
import { IssueKeyDialog } from './issue-key-dialog.tsx'
import { agentKeysQuery } from './key-queries.ts'
import { KeysTable } from './keys-table.tsx'

/** The keys of one agent. */
export function KeysSection({ agent, say }: { agent: AgentWithProgress; say: (sentence: string) => void }) {
  const { data, error, refetch } = useQuery(agentKeysQuery(agent.id))
  const [isIssuing, setIsIssuing] = useState(false)
  return (
    <section className="section">
      <div className="section-head">
        <h2>Keys</h2>
        <button className="button" type="button" onClick={() => setIsIssuing(true)}>
          New key
        </button>
      </div>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {data?.items.length === 0 && <p className="dim">It has no key, so nothing can be sent in its name.</p>}
      {data && data.items.length > 0 && <KeysTable keys={data.items} say={say} />}
      {isIssuing && <IssueKeyDialog agent={agent} say={say} onClose={() => setIsIssuing(false)} />}
    </section>
  )
}
