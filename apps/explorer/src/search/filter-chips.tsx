import { useAgentNames } from '../agents/use-agent-names.ts'
import type { Filter } from './search-state.ts'

interface FilterChipsProps {
  filters: Filter[]
  remove: (filter: Filter) => void
  clear: () => void
}

const shortNames: Record<string, string> = {
  pod_name: 'pod',
  pod_name_exact: 'pod',
  container_name: 'container',
  agent_id: 'agent',
  deployment_object_id: 'deployment object',
  work_order_id: 'work order',
  min_level: 'level',
}
const operators: Record<string, string> = { min_level: '≥', pod_name: 'begins with' }

/** The filters in force; each goes by its cross. */
export function FilterChips({ filters, remove, clear }: FilterChipsProps) {
  const agentName = useAgentNames()
  if (filters.length === 0) return null
  return (
    <ul className="chips" aria-label="Filters">
      {filters.map((filter) => {
        const name = shortNames[filter.name] ?? filter.name.replace(/^attributes\./, '')
        const value = filter.name === 'agent_id' ? agentName(filter.value) : filter.value
        const words = `${name} ${operators[filter.name] ?? '='} ${value}`
        return (
          <li
            key={`${filter.name}=${filter.value}`}
            className="chip"
            title={`${filter.name}=${filter.value}`}
          >
            <span className="dim">
              {name} {operators[filter.name] ?? '='}
            </span>
            <bdi>{value}</bdi>
            <button type="button" aria-label={`Remove filter ${words}`} onClick={() => remove(filter)}>
              ✕
            </button>
          </li>
        )
      })}
      {filters.length > 1 && (
        <li>
          <button className="button plain small" type="button" onClick={clear}>
            Clear all
          </button>
        </li>
      )}
    </ul>
  )
}
