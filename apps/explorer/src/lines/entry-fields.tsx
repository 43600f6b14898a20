import type { StoredEntry } from '@logboom/contracts'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { useAgentNames } from '../agents/use-agent-names.ts'
import { formatDuration } from '../format/format-duration.ts'
import { useTimeZone } from '../layout/use-time-zone.ts'
import { formatExactTime } from '../format/format-time.ts'
import type { LineActions } from './line-actions.ts'
import { markMessage } from './cut-message.ts'
import { MessageText } from './message-text.tsx'

const noMatches = () => []

/** Where a line comes from and when; values that can be filtered by are buttons. */
export function EntryFields({ entry, actions }: { entry: StoredEntry; actions: LineActions }) {
  const agentName = useAgentNames()
  const [zone] = useTimeZone()
  const chosen = (name: string, value: string | null, shown?: string) =>
    value !== null && <Choice name={name} value={value} shown={shown ?? value} actions={actions} />
  return (
    <dl className="entry-fields">
      <Field name="time">{formatExactTime(entry.timestamp, zone)}</Field>
      <Field name="received">
        {formatExactTime(entry.created_at, zone)} <span className="dim">{delayOf(entry)}</span>
      </Field>
      <Field name="agent">{chosen('agent_id', entry.agent_id, agentName(entry.agent_id))}</Field>
      <Field name="namespace">{chosen('namespace', entry.namespace)}</Field>
      <Field name="pod">{chosen('pod_name_exact', entry.pod_name)}</Field>
      <Field name="container">{chosen('container_name', entry.container_name)}</Field>
      <Field name="level">{chosen('level', entry.level)}</Field>
      <Field name="deployment object">{linked('deployment-objects', entry.deployment_object_id)}</Field>
      <Field name="work order">{linked('work-orders', entry.work_order_id)}</Field>
      {Object.entries(entry.labels ?? {}).map(([key, value]) => (
        <Field key={key} name={`labels.${key}`}>
          {chosen(`labels.${key}`, value)}
        </Field>
      ))}
      <Field name="node">{entry.node}</Field>
      <Field name="output">{entry.output}</Field>
      <Field name="pod uid">{entry.pod_uid}</Field>
      <Field name="seq">{entry.seq}</Field>
      <Field name="group">{entry.group_id}</Field>
      <Field name="id">{entry.id}</Field>
    </dl>
  )
}

function Field({ name, children }: { name: string; children: ReactNode }) {
  if (children === undefined || children === null || children === false) return null
  return (
    <>
      <dt>
        <MessageText pieces={markMessage(name, noMatches)} />
      </dt>
      <dd>
        {typeof children === 'string' ? <MessageText pieces={markMessage(children, noMatches)} /> : children}
      </dd>
    </>
  )
}

interface ChoiceProps {
  name: string
  value: string
  shown: string
  actions: LineActions
}

function Choice({ name, value, shown, actions }: ChoiceProps) {
  return (
    <button
      className="field-value"
      type="button"
      title="Only lines with this"
      onClick={() => actions.addFilter({ name, value })}
    >
      <MessageText pieces={markMessage(shown, noMatches)} />
    </button>
  )
}

function linked(pages: string, id: string | null) {
  return id !== null && <Link href={`/${pages}/${id}`}>{id}</Link>
}

function delayOf({ timestamp, created_at }: StoredEntry): string {
  const seconds = (Date.parse(created_at) - Date.parse(timestamp)) / 1000
  return seconds < 0 ? `${formatDuration(-seconds)} before its own time` : `${formatDuration(seconds)} later`
}
