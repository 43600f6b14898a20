import type { JobHeader, JobStream } from '@logboom/contracts'

/** The streams whose rows this process has lately seen up to date, so that most batches touch none. */
export interface StreamCache {
  /** Those of a batch whose rows must be made or brought up to date. */
  stale(header: JobHeader): JobStream[]
  /** After COMMIT: those that were touched are up to date until then. */
  remember(header: JobHeader, untilMs: number): void
  forget(header: JobHeader): void
}

const streamsMax = 500_000

/**
 * How long a touched stream is taken for granted: less than an idle one without rows is kept (delete-idle-streams.ts),
 * so that the row of a cached stream is always there.
 */
export function freshMsOf(shortestRetentionMs: number): number {
  return Math.min(300_000, shortestRetentionMs / 4)
}

export function createStreamCache(now: () => number = Date.now): StreamCache {
  const seen = new Map<string, { about: string; untilMs: number }>()
  return {
    stale: ({ streams }) =>
      streams.filter((stream) => {
        const known = seen.get(stream.id)
        return !known || known.untilMs <= now() || known.about !== aboutOf(stream)
      }),
    remember({ streams }, untilMs) {
      if (seen.size > streamsMax) seen.clear()
      for (const stream of streams) {
        const known = seen.get(stream.id)
        const about = aboutOf(stream)
        if (known && known.about === about && known.untilMs > now()) continue
        seen.set(stream.id, { about, untilMs })
      }
    },
    forget({ streams }) {
      for (const { id } of streams) seen.delete(id)
    },
  }
}

/** What may change while a stream stays the same stream. */
function aboutOf(stream: JobStream): string {
  return JSON.stringify([stream.node, stream.labels])
}
