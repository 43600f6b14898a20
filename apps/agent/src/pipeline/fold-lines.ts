import type { Level } from '@logboom/contracts'
import type { RawLine } from '../sources/raw-line.ts'
import type { LineGroup, LineMemory } from '../spool/position.ts'
import { goesOn, kindOfHead } from './goes-on.ts'
import { parseLevel } from './parse-level.ts'

export interface FoldedLine {
  /** Its own, or that of the line which it belongs to. */
  level: Level | null
  /** The id of the first line of its group; null for that line itself. */
  groupId: string | null
}

/** A group that never ends would hide a log behind one line. */
const groupLinesMax = 500

/**
 * The level of a line, and the group that it belongs to: what is printed under a line — a stack trace, a backtrace, an
 * indented dump — has the level and the fate of that line. Decided by the lines alone and in their order, never by the
 * time between them, so that reading a log again folds it as before.
 */
export function foldLine(text: string, line: RawLine, entryId: string): FoldedLine {
  const { memory } = line.source
  const group = line.output === 'stderr' ? memory.errorGroup : memory.group
  // The rest of a line says nothing of its own, and does not end what its beginning belongs to.
  if (line.continues !== null) {
    const groupId = group !== null && group.lines > 1 ? group.id : line.continues
    return { level: group?.level ?? null, groupId }
  }
  const going = group === null ? null : goesOn(text, group)
  const ownLevel = going?.isSure === true ? null : parseLevel(text)
  if (group === null || going === null || ownLevel !== null) {
    const begun = isJson(text) ? null : { id: entryId, level: ownLevel, lines: 1, kind: kindOfHead(text) }
    keepGroup(memory, line, begun)
    return { level: ownLevel, groupId: null }
  }
  const { level } = group
  const isFull = group.lines >= groupLinesMax
  const grown = isFull ? { id: entryId, lines: 1 } : { id: group.id, lines: group.lines + 1 }
  keepGroup(memory, line, { ...grown, level, kind: going.kind })
  return { level, groupId: isFull ? null : group.id }
}

function keepGroup(memory: LineMemory, { output }: RawLine, group: LineGroup | null): void {
  if (output === 'stderr') memory.errorGroup = group
  else memory.group = group
}

/** A logger that writes objects puts what belongs together into one. */
function isJson(text: string): boolean {
  return text.startsWith('{"')
}

/** Lines are missing, or another life of the container begins: what comes belongs to nothing before it. */
export function endGroups(memory: LineMemory): void {
  memory.group = null
  memory.errorGroup = null
}
