import type { AgentWithProgress } from '@logboom/contracts'
import { Field } from '../components/field.tsx'

interface Scope {
  agents: string[]
  namespaces: string[]
}

interface Props {
  agents: readonly AgentWithProgress[]
  scope: Scope
  onChange: (scope: Scope) => void
}

/** What a reader may read; nothing chosen = everything. */
export function ReaderScope({ agents, scope, onChange }: Props) {
  return (
    <>
      <Field label="Agents" hint="None chosen = all. Ctrl or ⌘ chooses several.">
        <select
          className="input"
          multiple
          size={Math.min(4, Math.max(2, agents.length))}
          value={scope.agents}
          onChange={(event) =>
            onChange({ ...scope, agents: [...event.target.selectedOptions].map(({ value }) => value) })
          }
        >
          {agents.map(({ id, name, cluster_name }) => (
            <option key={id} value={id}>
              {name} in {cluster_name}
            </option>
          ))}
        </select>
      </Field>
      <Field label="Namespaces" hint="Separated by commas; empty = all.">
        <input
          className="input"
          defaultValue={scope.namespaces.join(', ')}
          onChange={(event) => onChange({ ...scope, namespaces: namesIn(event.target.value) })}
        />
      </Field>
    </>
  )
}

function namesIn(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
