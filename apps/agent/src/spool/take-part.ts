import { lanes, readBatch } from './batch-file.ts'
import { replaceLost, replaceUnknown } from './replace-lost.ts'
import { flush, note, pathOf } from './spool-state.ts'
import type { SpoolState } from './spool-state.ts'
import type { WaitingPart } from './spool.ts'
import { baseKey } from './waiting-parts.ts'

/**
 * What to send next: by lane, then by age. While the disk takes nothing, what has no number there comes last: the number
 * must be on disk before anybody hears of it, for which there may be room or not.
 */
export function chooseNext({ waiting, probeAtMs }: SpoolState): WaitingPart | null {
  const rankOf = ({ lane, sentAs, batch }: WaitingPart) => {
    const isHard = probeAtMs !== null && batch.held === null && !sentAs?.isSafe
    return lanes.indexOf(lane) + (isHard ? lanes.length : 0)
  }
  let best: { part: WaitingPart; rank: number } | null = null
  for (const { parts } of waiting) {
    for (const part of parts) {
      if (part.isTaken || part.answeredAtMs !== null) continue
      const rank = rankOf(part)
      if (rank === 0) return part
      if (!best || rank < best.rank) best = { part, rank }
    }
  }
  return best?.part ?? null
}

/** Gives the part its number, which is on disk before anybody hears of it, and reads its body. */
export async function takePart(state: SpoolState, part: WaitingPart): Promise<Buffer> {
  const { held } = part.batch
  if (held) {
    part.sentAs ??= { instance: state.memory.instance, number: (state.memory.lastNumber += 1), isSafe: true }
    const body = held.draft.parts[part.index]?.body
    if (!body) throw new Error('a part of a held batch has its body')
    return body
  }
  if (!part.sentAs) {
    const number = state.ledger.nextNumber
    part.sentAs = { instance: state.instance, number, isSafe: false }
    note(state, { numbered: [[baseKey(part.key), null, number]] })
  }
  if (!part.sentAs.isSafe) {
    await flush(state)
    part.sentAs.isSafe = true
  }
  return part.batch.fresh?.bodies[part.index] ?? readBody(state, part)
}

async function readBody(state: SpoolState, part: WaitingPart): Promise<Buffer> {
  const { seq } = part.batch
  const path = pathOf(state, seq)
  const content = await readBatch(path).catch((err: unknown) => {
    if (err instanceof Error && 'code' in err && err.code === 'ENOENT') return null
    throw err
  })
  const body = content?.bodies[part.index]
  if (body) return body
  state.log.error('a batch in the spool is damaged, a gap tells of it', { seq })
  const numbers = part.batch.parts.flatMap(({ sentAs }) => (sentAs ? [sentAs.number] : []))
  const mended = content
    ? await replaceLost(path, content)
    : await replaceUnknown(path, { seq, numbers, host: state.host })
  adopt(part.batch.parts, mended.header.parts)
  const mendedBody = mended.bodies[part.index] ?? mended.bodies[0]
  if (!mendedBody) throw new Error('a batch that was just mended is whole')
  return mendedBody
}

/** Keys and entries are those of the file now. */
function adopt(parts: WaitingPart[], headers: readonly { key: string; entries: number }[]): void {
  for (const part of parts) {
    const header = headers[part.index]
    if (header) Object.assign(part, { key: header.key, entries: header.entries })
  }
}
