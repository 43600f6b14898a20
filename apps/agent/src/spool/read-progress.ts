import { formatMicros } from '@logboom/contracts'
import type { Source, StreamNames } from '../sources/raw-line.ts'

/** How far everything has been read and is in this batch or an earlier one. */
export interface ReadReport {
  /** All but the streams of `behind` have been, up to here; null: not known. */
  until: string | null
  behind: { namespace: string; pod_name: string; container_name: string; until: string | null }[]
}

/** The same where nothing is left to seal. */
export interface IdleReport extends ReadReport {
  /** The last batch that it speaks of. */
  after_batch: number
}

/** The sources that are read now. */
export interface ReadProgress {
  add(source: Source): void
  remove(source: Source): void
  sources(): Iterable<Source>
  /** `unsealed`: sources that have lines which are in no batch yet. Null when there are no sources. */
  report(unsealed: (source: Source) => boolean): ReadReport | null
}

const behindMax = 100
/** Sources are read in turn, so no two of them are at the same moment; this much they may differ without being told of. */
const slackUs = 1e6

export function createReadProgress(): ReadProgress {
  const sources = new Map<string, Source>()
  /** By source, how far the batches reach. */
  const sealedUs = new Map<string, number | null>()
  return {
    add: (source) => void sources.set(source.key, source),
    remove(source) {
      const { key } = source
      // It may be read anew by now.
      if (sources.get(key) !== source) return
      sources.delete(key)
      sealedUs.delete(key)
    },
    sources: () => sources.values(),
    report(unsealed) {
      if (sources.size === 0) return null
      const reached = new Map<string, Reach>()
      for (const [key, source] of sources) {
        if (!unsealed(source)) sealedUs.set(key, source.readUntilUs())
        noteReach(reached, source.names, sealedUs.get(key) ?? null)
      }
      return reportOf([...reached.values()])
    },
  }
}

interface Reach {
  names: StreamNames
  /** Minus infinity: not known. */
  us: number
}

/** Of several files of one stream, the one that is least far. */
function noteReach(reached: Map<string, Reach>, names: StreamNames, us: number | null): void {
  const stream = `${names.namespace}\0${names.podName}\0${names.containerName}`
  const known = reached.get(stream)
  const found = us ?? -Infinity
  if (!known) reached.set(stream, { names, us: found })
  else known.us = Math.min(known.us, found)
}

function reportOf(reached: Reach[]): ReadReport {
  reached.sort((a, b) => a.us - b.us)
  const newest = reached.at(-1)?.us ?? -Infinity
  // Those that lag are told one by one, so many and not more; then the next one says how far all others are.
  const lagging = reached.findIndex(({ us }) => us >= newest - slackUs)
  const first = Math.min(lagging < 0 ? reached.length : lagging, behindMax)
  const untilUs = reached[first]?.us ?? -Infinity
  return {
    until: timeOf(untilUs),
    behind: reached
      .slice(0, first)
      .filter(({ us }) => us < untilUs)
      .map(({ names, us }) => ({
        namespace: names.namespace,
        pod_name: names.podName,
        container_name: names.containerName,
        until: timeOf(us),
      })),
  }
}

function timeOf(us: number): string | null {
  return Number.isFinite(us) ? formatMicros(us) : null
}
