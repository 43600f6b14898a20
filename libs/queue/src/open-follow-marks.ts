import { connectRedis } from './connect-redis.ts'
import { markFollowed } from './follow-marks.ts'
import type { FollowMark } from './follow-marks.ts'
import type { QueueLog } from './queue-log.ts'
import { producerOptions } from './redis-options.ts'

export interface FollowMarks {
  /** Within 1 s. Throws `QueueUnavailable`: the lines come all the same, only later. */
  mark(mark: FollowMark): Promise<void>
  close(): void
}

/** For those who follow agents and do nothing else with the queue; returns at once, also when Redis is away. */
export function openFollowMarks({
  url,
  shards = 1,
  log,
}: {
  url: string
  /** As the producers'. Default 1. */
  shards?: number
  log: QueueLog
}): FollowMarks {
  const redis = connectRedis(url, producerOptions, 'follow', log)
  return { mark: (mark) => markFollowed(redis, shards, mark), close: () => redis.disconnect() }
}
