import { startLine } from './start-line.ts'
import './agents.css'

/** What somebody sees who has just started Logboom. */
export function FirstAgent({ isAdmin, create }: { isAdmin: boolean; create: () => void }) {
  if (!isAdmin) {
    return (
      <div className="notice">
        <strong>There is no agent that you may read</strong>
        <p>Ask an admin to make one, or for a key that may read those there are.</p>
      </div>
    )
  }
  return (
    <section className="panel first-agent">
      <h2>No agent yet</h2>
      <p>An agent runs where the logs are, reads them, and sends them here. To bring the first lines:</p>
      <ol>
        <li>
          Make an agent here. You get its id and a key, which is shown once.
          <br />
          <button className="button primary" type="button" onClick={create}>
            New agent
          </button>
        </li>
        <li>
          Start it where the logs are, on a machine or in a cluster:
          <pre className="code-block">{startLine('<its id>')}</pre>
        </li>
        <li>Look here again: within seconds it is seen, and its lines can be searched.</li>
      </ol>
    </section>
  )
}
