import { Follow, parseTimestamp } from '@logboom/contracts'
import type { FollowedStreams } from '@logboom/contracts'
import { z } from 'zod'
import type { StreamNames } from '../sources/raw-line.ts'
import type { BrokerAnswer } from './broker-client.ts'
import { createRequestBudget } from './request-budget.ts'
import type { RequestBudget } from './request-budget.ts'

const FollowAnswer = z.object({ follow: Follow })

/** Streams that somebody looks at now: their lines go every second, paid from requests of their own. */
export interface FollowBoost {
  hear(answer: BrokerAnswer): void
  isActive(): boolean
  isFollowed(names: StreamNames): boolean
  /** Changes when `isFollowed` may answer otherwise. */
  version(): number
  readonly budget: RequestBudget
}

/** However long is asked for: it is asked for again with each answer. */
const msMax = 15 * 60_000
const burst = 5

export function createFollowBoost(now: () => number = () => performance.now()): FollowBoost {
  let streams: FollowedStreams[] = []
  let untilMs = 0
  let perMinute = 0
  let version = 0
  const isActive = () => now() < untilMs
  const budget = createRequestBudget(
    () => ({ requests_per_minute: Math.max(perMinute, 1), request_burst: burst }),
    now,
  )
  return {
    hear(answer) {
      const follow = followOf(answer)
      if (!follow || follow.remainsMs <= 0) return
      if (JSON.stringify(follow.streams) !== JSON.stringify(streams)) version += 1
      streams = follow.streams
      perMinute = follow.requests_per_minute
      untilMs = now() + Math.min(follow.remainsMs, msMax)
    },
    isActive,
    isFollowed: (names) => isActive() && streams.some((wanted) => matches(wanted, names)),
    // Odd while it is active.
    version: () => version * 2 + (isActive() ? 1 : 0),
    budget: { ...budget, isAvailable: () => isActive() && perMinute > 0 && budget.isAvailable() },
  }
}

function matches({ namespace, pod_name, container_name }: FollowedStreams, names: StreamNames): boolean {
  if (namespace !== undefined && namespace !== names.namespace) return false
  if (pod_name !== undefined && !names.podName.startsWith(pod_name)) return false
  return container_name === undefined || container_name === names.containerName
}

/** The time is meant by the broker's clock, which its answer tells; so an old answer given again asks for nothing. */
function followOf({ body, headers }: BrokerAnswer) {
  if (!body.includes('"follow"')) return null
  const parsed = FollowAnswer.safeParse(parseJson(body))
  if (!parsed.success) return null
  const { follow } = parsed.data
  const until = parseTimestamp(follow.until)
  const theirNow = Date.parse(headers.date ?? '')
  return until && { ...follow, remainsMs: until.us / 1000 - (Number.isNaN(theirNow) ? Date.now() : theirNow) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
