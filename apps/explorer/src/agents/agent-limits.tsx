import { useQuery } from '@tanstack/react-query'
import type { AgentWithProgress } from '@logboom/contracts'
import { useState } from 'react'
import { Failure } from '../components/failure.tsx'
import { formatCount } from '../format/format-count.ts'
import { EditLimitsDialog, limitsQuery } from '../limits/edit-limits-dialog.tsx'
import { limitFields } from '../limits/limit-fields.ts'

export function AgentLimits({ agent, say }: { agent: AgentWithProgress; say: (sentence: string) => void }) {
  const { data, error, refetch } = useQuery(limitsQuery(agent.id))
  const [isEditing, setIsEditing] = useState(false)
  return (
    <section className="section">
      <div className="section-head">
        <h2>Limits</h2>
        <button className="button" type="button" onClick={() => setIsEditing(true)}>
          Change limits
        </button>
      </div>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {data && (
        <dl className="panel facts">
          {limitFields.map(({ name, label }) => (
            <div key={name} className="fact">
              <dt>{label}</dt>
              <dd>
                {name === 'max_logs' && data[name] === 0 ? 'no bound' : formatCount(data[name])}
                {agent.limits[name] !== undefined && <span className="badge"> own</span>}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {isEditing && <EditLimitsDialog agent={agent} say={say} onClose={() => setIsEditing(false)} />}
    </section>
  )
}
