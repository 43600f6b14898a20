import { Position } from './position.ts'
import type { Positions } from './position.ts'

/** One position as text. Neither half holds a raw tab or newline: JSON escapes them. */
export interface PositionLine {
  key: string
  json: string
}

export function linesOfPositions(positions: Readonly<Positions>): PositionLine[] {
  return Object.entries(positions).map(([key, position]) => ({ key, json: JSON.stringify(position) }))
}

/** A line for each: text, so that what was written once is moved from file to file without being parsed. */
export function formatPositions(lines: readonly PositionLine[]): string {
  let text = ''
  for (const { key, json } of lines) text += `${JSON.stringify(key)}\t${json}\n`
  return text
}

export function splitPositions(text: string): PositionLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const tab = line.indexOf('\t')
      return { key: String(JSON.parse(line.slice(0, tab))), json: line.slice(tab + 1) }
    })
}

/** Null for what no version of ours has written. */
export function parsePosition(json: string): Position | null {
  const parsed = Position.safeParse(JSON.parse(json))
  return parsed.success ? parsed.data : null
}
