import type { Agent } from '@logboom/contracts'
import { CopyButton } from '../components/copy-button.tsx'
import { FormDialog } from '../components/form-dialog.tsx'
import { SecretOnce } from '../components/secret-once.tsx'
import { startLine } from './start-line.ts'
import './agents.css'

interface Props {
  agent: Agent
  pak: string
  onClose: () => void
}

export function NewAgentKey({ agent, pak, onClose }: Props) {
  const line = startLine(agent.id)
  return (
    <FormDialog title={`Agent ${agent.name} is made`} onClose={onClose}>
      <div className="form">
        <p>Its key:</p>
        <SecretOnce secret={pak} />
        <p>
          Put it into a file <code>agent.pak</code> that only the agent’s user may read, and start the agent
          where the logs are:
        </p>
        <pre className="code-block">{line}</pre>
        <div className="buttons">
          <CopyButton text={line} name="Copy the command" />
          <button className="button primary" type="button" onClick={onClose}>
            Done
          </button>
        </div>
      </div>
    </FormDialog>
  )
}
