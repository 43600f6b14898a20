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

/**
 * Asked for each batch, of hundreds of sources: what is known of each is changed in place, and only those that lag are
 * put in order.
 */
export function createReadProgress(): ReadProgress {
  const known = new Map<string, Known>()
  const streams = new Map<string, Stream>()
  return {
    add(source) {
      const earlier = known.get(source.key)
      if (earlier) earlier.source = source
      else known.set(source.key, { source, names: null, stream: null, us: null })
    },
    remove(source) {
      const { key } = source
      const found = known.get(key)
      // It may be read anew by now.
      if (found?.source !== source) return
      known.delete(key)
      leave(streams, found)
    },
    *sources() {
      for (const { source } of known.values()) yield source
    },
    report(unsealed) {
      if (known.size === 0) return null
      for (const stream of streams.values()) stream.us = Infinity
      for (const one of known.values()) {
        if (!unsealed(one.source)) one.us = one.source.readUntilUs()
        const stream = streamOf(streams, one)
        stream.us = Math.min(stream.us, one.us ?? -Infinity)
      }
      return reportOf(streams)
    },
  }
}

interface Known {
  source: Source
  /** Under which its stream was found: a source may get others while it is read. */
  names: StreamNames | null
  stream: Stream | null
  /** How far the batches reach; null: not known. */
  us: number | null
}

/** One may have several files, of which the one that is least far counts. */
interface Stream {
  key: string
  names: StreamNames
  sources: number
  /** Minus infinity: not known. */
  us: number
}

function streamOf(streams: Map<string, Stream>, known: Known): Stream {
  const { names } = known.source
  if (known.stream && known.names === names) return known.stream
  leave(streams, known)
  const key = `${names.namespace}\0${names.podName}\0${names.containerName}`
  const stream = streams.get(key) ?? { key, names, sources: 0, us: Infinity }
  streams.set(key, stream)
  stream.sources += 1
  Object.assign(known, { names, stream })
  return stream
}

function leave(streams: Map<string, Stream>, { stream }: Known): void {
  if (!stream) return
  stream.sources -= 1
  if (stream.sources === 0) streams.delete(stream.key)
}

function reportOf(streams: ReadonlyMap<string, Stream>): ReadReport {
  let newest = -Infinity
  for (const { us } of streams.values()) newest = Math.max(newest, us)
  let others = newest
  const lagging: Stream[] = []
  for (const stream of streams.values()) {
    if (stream.us >= newest - slackUs) others = Math.min(others, stream.us)
    else lagging.push(stream)
  }
  lagging.sort((a, b) => a.us - b.us)
  // Those that lag are told one by one, so many and not more; then the next one says how far all others are.
  const untilUs = lagging[behindMax]?.us ?? others
  return {
    until: timeOf(untilUs),
    behind: lagging
      .slice(0, behindMax)
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
