import type { Redis } from 'ioredis'
import { committedKey } from './keys.ts'
import { unavailable } from './queue-errors.ts'
import { defineScript, runScript } from './redis-script.ts'

export interface Commit {
  agentId: string
  instance: string
  /** The batch up to which everything of the instance is committed. */
  batchId: string
  /** Grows with the batches, such as `Logboom-Batch-Number`: a lower one never replaces a higher one. */
  order?: number
}

const instancesMax = 1_000
const silenceS = 30 * 86_400

/**
 * KEYS 1 the agent's commits. ARGV 1 instance, 2 order or '', 3 batch, 4 instances at most, 5 seconds to
 * live.
 */
const script = defineScript(`
local held, order = redis.call('hget', KEYS[1], ARGV[1]), tonumber(ARGV[2])
local known = held and tonumber(string.match(held, '^%d+'))
if order and known and known > order then return 0 end

local seen = redis.call('time')[1]
redis.call('hset', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. seen .. ' ' .. ARGV[3])
redis.call('expire', KEYS[1], ARGV[5])

-- Senders that name themselves anew at every start must not fill the hash: a tenth of it, the longest silent,
-- goes.
local most = tonumber(ARGV[4])
if redis.call('hlen', KEYS[1]) > most then
  local all, instances = redis.call('hgetall', KEYS[1]), {}
  for i = 1, #all, 2 do
    instances[#instances + 1] = { name = all[i], seen = tonumber(string.match(all[i + 1], ' (%d+) ')) }
  end
  table.sort(instances, function(a, b) return a.seen < b.seen end)
  for i = 1, #instances - most * 0.9 do
    if instances[i].name ~= ARGV[1] then redis.call('hdel', KEYS[1], instances[i].name) end
  end
end
return 1
`)

/**
 * Kept for 30 days after an agent's last commit, for its 1000 latest instances. Throws `QueueUnavailable`.
 */
export async function rememberCommitted(redis: Redis, shards: number, commit: Commit): Promise<void> {
  const { agentId, instance, batchId, order } = commit
  try {
    await runScript(
      redis,
      script,
      [committedKey(agentId, shards)],
      [instance, order ?? '', batchId, instancesMax, silenceS],
    )
  } catch (err) {
    throw unavailable('the commit could not be kept', err)
  }
}

/** By instance, the batch up to which everything is committed. */
export async function committedThrough(
  redis: Redis,
  shards: number,
  agentId: string,
): Promise<Record<string, string>> {
  try {
    const commits = await redis.hgetall(committedKey(agentId, shards))
    return Object.fromEntries(
      Object.entries(commits).map(([instance, held]) => [instance, batchOfCommit(held) ?? '']),
    )
  } catch (err) {
    throw unavailable('the commits could not be read', err)
  }
}

/** The batch in a value of the hash, `<order> <last seen> <batch>`. */
export function batchOfCommit(held: string | null | undefined): string | null {
  if (held === null || held === undefined) return null
  return held.slice(held.indexOf(' ', held.indexOf(' ') + 1) + 1)
}
