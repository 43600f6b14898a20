import type { StoredGap } from '@logboom/contracts'
import type { AgentNames } from '../broker/agent-names.ts'
import { formatBytes, formatCount } from '../terminal/format-size.ts'
import { formatTime } from '../terminal/format-time.ts'
import type { Zone } from '../terminal/format-time.ts'
import { neutralise } from '../terminal/neutralise.ts'
import type { Paint } from '../terminal/paint.ts'

export interface NoteOptions {
  paint: Paint
  zone: Zone
  agents: AgentNames
}

/** What is known to be missing, where it is missing. */
export function gapNote(gap: StoredGap, { paint, zone, agents }: NoteOptions): string {
  const stream = [gap.namespace, gap.pod_name, gap.container_name].filter((part) => part !== null).join('/')
  const from = formatTime(gap.from, zone)
  const to = formatTime(gap.to, zone)
  const text = `-- gap: ${amountOf(gap)} missing of ${agents.of(gap.agent_id)} ${stream}, ${from} to ${to} (${gap.reason})`
  return `${paint.warning(neutralise(text))}\n`
}

function amountOf({ lines, bytes, exact }: StoredGap): string {
  if (lines !== null) return `${exact ? '' : 'about '}${formatCount(lines)} ${lines === 1 ? 'line' : 'lines'}`
  return bytes === null ? 'lines' : `lines of ${exact ? '' : 'about '}${formatBytes(bytes)}`
}
