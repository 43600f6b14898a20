import type { StoredEntry } from '@logboom/contracts'
import { useMemo } from 'react'
import { copyText } from '../components/copy-text.ts'
import { formatBytes } from '../format/format-bytes.ts'
import { EntryFields } from './entry-fields.tsx'
import { JsonTree } from './json-tree.tsx'
import type { FindMatches } from './find-matches.ts'
import type { LineActions } from './line-actions.ts'
import { markMessage } from './cut-message.ts'
import { MessageText } from './message-text.tsx'
import { parseJsonMessage } from './parse-json-message.ts'
import { traceFilterOf } from './trace-filter-of.ts'

interface EntryDetailsProps {
  entry: StoredEntry
  findMatches: FindMatches
  actions: LineActions
}

/** All that is known of a line. */
export function EntryDetails({ entry, findMatches, actions }: EntryDetailsProps) {
  const pieces = useMemo(() => markMessage(entry.message, findMatches), [entry.message, findMatches])
  const json = useMemo(() => parseJsonMessage(entry.message), [entry.message])
  return (
    <div className="entry-details">
      <DetailButtons entry={entry} actions={actions} />
      {entry.truncated && (
        <p className="entry-flag">
          The line was cut when it was received
          {entry.original_bytes !== undefined && `: it had ${formatBytes(entry.original_bytes)}`}.
        </p>
      )}
      {entry.attributes_cut && (
        <p className="entry-flag">It had more attributes than an entry may have: some are missing.</p>
      )}
      <pre className="entry-message" tabIndex={0} aria-label="Message">
        {entry.message === '' ? <span className="dim">(empty)</span> : <MessageText pieces={pieces} />}
      </pre>
      <div className="entry-columns">
        <EntryFields entry={entry} actions={actions} />
        <div>
          {json && <Tree title="Message as JSON" value={json} />}
          {entry.attributes && (
            <Tree
              title="Attributes"
              value={entry.attributes}
              onChoose={(path, value) => actions.addFilter({ name: `attributes.${path}`, value })}
            />
          )}
        </div>
      </div>
    </div>
  )
}

function DetailButtons({ entry, actions }: { entry: StoredEntry; actions: LineActions }) {
  const trace = traceFilterOf(entry)
  const button = (name: string, onClick: () => void, hint?: string) => (
    <button className="button small" type="button" onClick={onClick} title={hint}>
      {name}
    </button>
  )
  const podFilters = [
    { name: 'namespace', value: entry.namespace },
    { name: 'pod_name_exact', value: entry.pod_name },
  ]
  return (
    <div className="entry-buttons" role="group" aria-label="What to do with this line">
      {button('Context', () => actions.showContext(entry), 'The lines around it (c)')}
      {button('Only this pod', () => actions.replaceFilters(podFilters))}
      {trace &&
        button('Only this trace', () => actions.replaceFilters([trace]), `${trace.name}=${trace.value}`)}
      <span className="spacer" />
      {button('Copy line', () => void copyText(entry.message, 'Line'), 'y')}
      {button('Copy JSON', () => void copyText(JSON.stringify(entry, null, 2), 'JSON'))}
      {button('Copy link', () => void copyText(location.origin + actions.linkTo(entry), 'Link'))}
    </div>
  )
}

interface TreeProps {
  title: string
  value: object
  onChoose?: (path: string, value: string) => void
}

function Tree({ title, value, onChoose }: TreeProps) {
  return (
    <section className="entry-tree" aria-label={title}>
      <h3>{title}</h3>
      <div className="json">
        <JsonTree value={value} onChoose={onChoose} />
      </div>
    </section>
  )
}
