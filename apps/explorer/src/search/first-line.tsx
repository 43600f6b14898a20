import { copyText } from '../components/copy-text.ts'

/** What to do where nobody has ever sent a line. */
export function FirstLine() {
  const command = [
    `curl -X POST ${location.origin}/api/v1/agents/AGENT_ID/logs \\`,
    `  -H "Authorization: Bearer $LOGBOOM_PAK" -H 'Content-Type: application/json' \\`,
    `  -d '{"logs":[{"timestamp":"'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'","namespace":"default","pod_name":"hello","message":"Hello"}]}'`,
  ].join('\n')
  return (
    <div className="empty-result">
      <h2>No agent has sent a line yet</h2>
      <ol>
        <li>
          Add an agent and issue its key on the page <a href="/agents">Agents</a>.
        </li>
        <li>Run the agent in your cluster with that key, or push a first line by hand:</li>
      </ol>
      <pre className="entry-message" tabIndex={0}>
        {command}
      </pre>
      <div className="entry-buttons">
        <button className="button" type="button" onClick={() => void copyText(command, 'Command')}>
          Copy
        </button>
      </div>
      <p className="dim">Lines appear here within seconds.</p>
    </div>
  )
}
