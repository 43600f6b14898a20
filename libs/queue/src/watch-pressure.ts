import type { Redis } from 'ioredis'
import { readInfo } from './check-redis.ts'
import { QueueUnavailable } from './queue-errors.ts'
import type { QueueLog } from './queue-log.ts'

export interface Pressure {
  overloaded: boolean
  reason?: 'memory' | 'jobs' | 'redis_away'
  /** What to tell clients while overloaded; 0 otherwise. */
  retryAfterS: number
  /** Memory of Redis at the last poll, and what this process has sent since. */
  usedBytes: number
  maxBytes: number
  /** Jobs that are not done, in all shards, at the last poll. */
  jobs: number
}

export interface PressureWatch {
  /** From memory, without a round trip. */
  read(): Pressure
  /**
   * Counts bytes as used while `work` sends them, and until a later poll has seen them. Waits for a poll
   * where much was sent since the last one. Throws `QueueUnavailable`, without calling `work`, when memory is
   * short.
   */
  sending<T>(bytes: number, work: () => Promise<T>): Promise<T>
  close(): void
}

export interface PressureOptions {
  redis: Redis
  /** Whether all connections stand, which tells of a death sooner than the next poll. */
  isConnected: () => boolean
  /** Jobs that are not done. */
  countJobs: () => Promise<number>
  memoryShareMax: number
  jobsMax: number
  log: QueueLog
}

const pollMs = 250
// What a process may have sent without having looked since: together with the 60 %, eight replicas cannot
// fill Redis between two polls, though a job takes up to 1.4 times its size there (allocator, buffers).
const shareUnseenMax = 0.03
const retryAfterS = { memory: 5, jobs: 5, redis_away: 2 }

/**
 * Watches how full Redis is, at least four times a second. A Redis at its `maxmemory` is a deadlock, since
 * taking a job out needs memory too: at 60 % nothing more is taken in, and the rest is left for fetching, for
 * what other replicas send between two polls, and for buffers.
 */
export async function watchPressure(options: PressureOptions): Promise<PressureWatch> {
  const { isConnected, log } = options
  const sent = createSentBytes()
  let known: Sight = { usedBytes: 0, maxBytes: 0, jobs: 0, away: true }
  let reason: Pressure['reason']
  let timer: NodeJS.Timeout | undefined
  let polling: Promise<void> | undefined
  let closed = false

  function read(): Pressure {
    const away = known.away || !isConnected()
    return judgePressure({ ...known, away, usedBytes: known.usedBytes + sent.bytes() }, options)
  }

  async function look(): Promise<void> {
    clearTimeout(timer)
    const seen = sent.beginPoll()
    const sight = await sightOf(options)
    if (closed) return
    if (sight) seen()
    known = sight ?? { ...known, away: true }
    const pressure = read()
    if (pressure.reason !== reason) logChange(log, pressure)
    reason = pressure.reason
    timer = setTimeout(() => void poll(), pollMs)
  }

  function poll(): Promise<void> {
    polling ??= look().finally(() => (polling = undefined))
    return polling
  }

  await poll()
  return {
    read,
    async sending(bytes, work) {
      while (sent.bytes() > known.maxBytes * shareUnseenMax && !read().overloaded) await poll()
      // Requests that were let in together must not fill Redis together.
      if (read().reason === 'memory') throw new QueueUnavailable('Redis is as full as it may be', 'memory')
      return sent.count(bytes, work)
    },
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

interface Sight {
  usedBytes: number
  maxBytes: number
  jobs: number
  away: boolean
}

/** What a sight of Redis means under the given bounds. */
export function judgePressure(
  { usedBytes, maxBytes, jobs, away }: Sight,
  { memoryShareMax, jobsMax }: Pick<PressureOptions, 'memoryShareMax' | 'jobsMax'>,
): Pressure {
  const seen = { usedBytes, maxBytes, jobs }
  const because = (reason: keyof typeof retryAfterS) => {
    return { overloaded: true, reason, retryAfterS: retryAfterS[reason], ...seen }
  }
  if (away) return because('redis_away')
  if (usedBytes >= maxBytes * memoryShareMax) return because('memory')
  if (jobs >= jobsMax) return because('jobs')
  return { overloaded: false, retryAfterS: 0, ...seen }
}

async function sightOf({ redis, countJobs }: PressureOptions): Promise<Sight | null> {
  try {
    const [memory, jobs] = await Promise.all([readInfo(redis, 'memory'), countJobs()])
    return { usedBytes: Number(memory.used_memory), maxBytes: Number(memory.maxmemory), jobs, away: false }
  } catch {
    return null // the connection itself logs that Redis is away
  }
}

/**
 * Bytes that were sent but that no poll has seen yet: all that is under way, and all that ended after a poll
 * began.
 */
function createSentBytes() {
  let underWay = 0
  let unseen = 0
  return {
    bytes: () => underWay + unseen,
    /** Returns what to call when the poll has brought a result. */
    beginPoll() {
      const before = unseen
      return () => void (unseen -= before)
    },
    async count<T>(bytes: number, work: () => Promise<T>): Promise<T> {
      underWay += bytes
      try {
        return await work()
      } finally {
        underWay -= bytes
        unseen += bytes
      }
    },
  }
}

function logChange(log: QueueLog, { overloaded, reason, usedBytes, maxBytes, jobs }: Pressure): void {
  if (overloaded) log.warn('taking no batches', { reason, usedBytes, maxBytes, jobs })
  else log.info('taking batches again', { usedBytes, maxBytes, jobs })
}
