import type { Position } from './position.ts'

/** Sources of which nothing more will come, to be told which of them are remembered. */
export interface FinishedSources {
  note(key: string, position: Position | null): void
  /** Those that finished long ago. */
  forgotten(): Set<string>
}

/**
 * Finished files are remembered for the case that they are renamed back, and containers that are done while their pods
 * stay, so many and not more: what is read again has the same ids. A file that rotates every second would else make the
 * journal grow by 25 MB a day, and each run of a job for ever.
 */
const rememberedMax = { file: 1_000, container: 2_000 }

export function createFinishedSources(): FinishedSources {
  const finished: Record<Position['kind'], { key: string; ms: number }[]> = { file: [], container: [] }
  return {
    note(key, position) {
      const ms = position && finishedMs(position)
      if (position && ms !== null) finished[position.kind].push({ key, ms })
    },
    forgotten() {
      const oldest = (kind: Position['kind']) =>
        finished[kind].toSorted((a, b) => b.ms - a.ms).slice(rememberedMax[kind])
      return new Set([...oldest('file'), ...oldest('container')].map(({ key }) => key))
    },
  }
}

function finishedMs(position: Position): number | null {
  if (position.kind === 'file') return position.finishedMs
  return position.isDone ? (position.time?.us ?? 0) / 1000 : null
}
