import type { StoredEntry } from '@logboom/contracts'
import type { AgentNames } from '../broker/agent-names.ts'
import { formatTime } from '../terminal/format-time.ts'
import type { Zone } from '../terminal/format-time.ts'
import { neutralise, neutraliseJson, neutraliseLines } from '../terminal/neutralise.ts'
import type { Paint } from '../terminal/paint.ts'
import { csvHeader, csvRow } from './csv-row.ts'

export const outputFormats = ['text', 'json', 'csv', 'raw'] as const
export type OutputFormat = (typeof outputFormats)[number]

/** How lines are shown. */
export interface LineFormat {
  /** What comes before the first line. */
  header: string
  /** Whether marks may stand before and between lines: they are read by people. */
  marks: boolean
  /** One entry, with its line end. */
  line(entry: StoredEntry): string
}

export interface TextOptions {
  paint: Paint
  zone: Zone
  /** Null: all lines are of one agent, whom everybody knows. */
  agents: AgentNames | null
  /** The text that was looked for. */
  text?: string | undefined
}

export function lineFormat(format: OutputFormat, text: TextOptions): LineFormat {
  switch (format) {
    case 'text':
      return { header: '', marks: true, line: textLine(text) }
    case 'json':
      return { header: '', marks: false, line: (entry) => `${neutraliseJson(JSON.stringify(entry))}\n` }
    case 'csv':
      return { header: csvHeader, marks: false, line: csvRow }
    case 'raw':
      return { header: '', marks: false, line: ({ message }) => `${message}\n` }
  }
}

/** `<time> <LEVEL> [agent] namespace/pod/container  message`. */
function textLine({ paint, zone, agents, text }: TextOptions): LineFormat['line'] {
  const mark = marker(paint, text)
  return (entry) => {
    const { level, namespace, pod_name, container_name } = entry
    const stream = [namespace, pod_name, container_name].filter((part) => part !== null).join('/')
    const source = agents ? `${agents.of(entry.agent_id)} ${stream}` : stream
    const cut = entry.truncated ? paint.dim(` […of ${entry.original_bytes ?? '?'} bytes]`) : ''
    return [
      paint.dim(formatTime(entry.timestamp, zone)),
      paint.level(level, (level ?? '-').padEnd(5)),
      paint.dim(neutralise(source)),
      `${mark(neutraliseLines(entry.message))}${cut}\n`,
    ].join(' ')
  }
}

/** Shows where a substring was found; expressions are the broker's business. */
function marker(paint: Paint, text: string | undefined): (message: string) => string {
  if (text === undefined || /^\/.*\/$/s.test(text)) return (message) => message
  const wanted = new RegExp(neutralise(text).replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'giu')
  return (message) => message.replace(wanted, (found) => paint.match(found))
}
