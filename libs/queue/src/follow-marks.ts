import { followBoost } from '@logboom/contracts'
import type { Follow, FollowedStreams } from '@logboom/contracts'
import type { Redis } from 'ioredis'
import { followKey } from './keys.ts'
import { unavailable } from './queue-errors.ts'
import { defineScript, runScript } from './redis-script.ts'

export interface FollowMark {
  agentId: string
  namespace?: string | undefined
  /** The beginning of the name. */
  podName?: string | undefined
  containerName?: string | undefined
  /** How long it holds; a longer one of the same streams stays. Default 600. */
  seconds?: number
  /** For tests: the time instead of that of Redis. */
  nowMs?: number
}

/**
 * Lua: the marks at `KEYS[place]` that hold at `now` (µs), `{mark, end in ms, …}`, those that end last first. A sorted set
 * that is not there costs half a microsecond.
 */
export const followedLua = (place: number) => `
local function followed(now)
  local from = '(' .. string.format('%.0f', math.floor(now / 1000))
  return redis.call('zrevrangebyscore', KEYS[${place}], '+inf', from, 'withscores', 'limit', 0, ${followBoost.marksMax})
end
`

const clockLua = `
local function clock()
  if ARGV[1] ~= '' then return tonumber(ARGV[1]) end
  local time = redis.call('time')
  return time[1] * 1000000 + time[2]
end
`

/** KEYS 1 the agent's marks. ARGV 1 now in µs or '' for the clock of Redis, 2 mark, 3 seconds, 4 marks at most. */
const markScript = defineScript(`${clockLua}
local now = math.floor(clock() / 1000)
redis.call('zremrangebyscore', KEYS[1], '-inf', string.format('%.0f', now))
local ends = now + tonumber(ARGV[3]) * 1000
local held = tonumber(redis.call('zscore', KEYS[1], ARGV[2]) or 0)
redis.call('zadd', KEYS[1], string.format('%.0f', math.max(ends, held)), ARGV[2])
local beyond = redis.call('zcard', KEYS[1]) - tonumber(ARGV[4])
if beyond > 0 then redis.call('zremrangebyrank', KEYS[1], 0, beyond - 1) end
local last = redis.call('zrange', KEYS[1], -1, -1, 'withscores')[2]
redis.call('pexpire', KEYS[1], string.format('%.0f', tonumber(last) - now))
`)

/** KEYS 1 the agent's marks. ARGV 1 as above. */
const readScript = defineScript(`${clockLua}${followedLua(1)}
return followed(clock())
`)

/**
 * Notes that somebody follows streams of an agent: the answers to its next pushes and heartbeats ask for them, and it has
 * more requests for them. Whoever goes on following marks again before the time is over. Throws `QueueUnavailable`.
 */
export async function markFollowed(redis: Redis, shards: number, mark: FollowMark): Promise<void> {
  const { agentId, namespace, podName, containerName, seconds = followBoost.seconds, nowMs } = mark
  const streams: FollowedStreams = {
    ...(namespace !== undefined && { namespace }),
    ...(podName !== undefined && { pod_name: podName }),
    ...(containerName !== undefined && { container_name: containerName }),
  }
  const args = [microsOf(nowMs), JSON.stringify(streams), Math.ceil(seconds), followBoost.marksMax]
  try {
    await runScript(redis, markScript, [followKey(agentId, shards)], args)
  } catch (err) {
    throw unavailable('the mark could not be set', err)
  }
}

/** What of an agent is followed now; null: nothing. Throws `QueueUnavailable`. */
export async function findFollow(
  redis: Redis,
  shards: number,
  { agentId, nowMs }: Pick<FollowMark, 'agentId' | 'nowMs'>,
): Promise<Follow | null> {
  try {
    return followOf(await runScript(redis, readScript, [followKey(agentId, shards)], [microsOf(nowMs)]))
  } catch (err) {
    throw unavailable('the marks could not be read', err)
  }
}

/** From what `followed` returns: the marks with the ends, the last end first. */
export function followOf(reply: unknown): Follow | null {
  const [, untilMs] = reply as string[] // the script's own shape
  if (untilMs === undefined) return null
  return {
    until: new Date(Number(untilMs)).toISOString(),
    streams: (reply as string[])
      .filter((_, index) => index % 2 === 0)
      .map((mark) => JSON.parse(mark) as FollowedStreams), // written by `markFollowed` alone
    requests_per_minute: followBoost.requests_per_minute,
  }
}

function microsOf(nowMs: number | undefined): number | '' {
  return nowMs === undefined ? '' : Math.round(nowMs * 1000)
}
