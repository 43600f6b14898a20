import { followBoost } from '@logboom/contracts'
import { followedLua } from './follow-marks.ts'
import { defineScript } from './redis-script.ts'

/** Of the requests that a followed agent has besides its own, in µs. */
const boostIntervalUs = 60_000_000 / followBoost.requests_per_minute
const boostSpanUs = boostIntervalUs * followBoost.request_burst

/**
 * KEYS  1 the answer or lock of the batch, 2 the agent's budgets, 3 its commits, 4 what of it is followed
 * ARGV  1 hash of the body, 2 instance, 3 µs per request, 4 burst, 5 instances at most,
 *       6 now in µs or '' for the clock of Redis, 7 µs after which a silent instance is forgotten,
 *       8 life of the lock in ms, 9 '1' to refund, '2' to refund what a follower allowed
 *
 * A batch is held as `L<hash>` while it is being accepted and as `A<hash><answer>` afterwards.
 *
 * A budget is a generic cell rate: one number, the time at which all of the burst is available again.
 * Each instance has one, `<that time> <last seen> <first seen> <that time of the boost>`, up to the maximum; the
 * others draw on that of the oldest. The boost is there while somebody follows, and drawn on when the rest is spent.
 */
const budgets = `
local instance, interval, burst, most = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local silence = tonumber(ARGV[7])

local function clock()
  if ARGV[6] ~= '' then return tonumber(ARGV[6]) end
  local time = redis.call('time')
  return time[1] * 1000000 + time[2]
end

local function read(value)
  local full, seen, since, boost = string.match(value, '(%d+) (%d+) (%d+) ?(%d*)')
  return { full = tonumber(full), seen = tonumber(seen), since = tonumber(since), boost = tonumber(boost) or 0 }
end

-- Drops the silent, and the newest beyond a maximum that was lowered. Returns the oldest and how many are
-- left.
local function tidy(now)
  local all, kept = redis.call('hgetall', KEYS[2]), {}
  for i = 1, #all, 2 do
    local budget = read(all[i + 1])
    budget.name = all[i]
    if budget.full <= now and budget.seen < now - silence then redis.call('hdel', KEYS[2], budget.name)
    else kept[#kept + 1] = budget end
  end
  table.sort(kept, function(a, b) return a.since < b.since or (a.since == b.since and a.name < b.name) end)
  for i = most + 1, #kept do redis.call('hdel', KEYS[2], kept[i].name) end
  return kept[1], math.min(#kept, most)
end

-- The name and the state of the budget that this instance draws on.
local function budgetOf(now)
  local count = redis.call('hlen', KEYS[2])
  local value = redis.call('hget', KEYS[2], instance)
  local fresh = { full = now, seen = now, since = now, boost = 0 }
  if count > most or (count == most and not value) then
    local oldest, left = tidy(now)
    value = redis.call('hget', KEYS[2], instance)
    if not value and left >= most then return oldest.name, oldest end
  end
  return instance, value and read(value) or fresh
end

local function write(name, budget)
  local value = string.format('%.0f %.0f %.0f %.0f', budget.full, budget.seen, budget.since, budget.boost)
  redis.call('hset', KEYS[2], name, value)
  redis.call('pexpire', KEYS[2], string.format('%.0f', math.max(silence, burst * interval) / 1000 + 1000))
end
`

/** Returns `{kind, …}`; see `admit`. Nothing is written unless the batch is admitted. */
export const admitScript = defineScript(`${budgets}${followedLua(4)}
local held = redis.call('get', KEYS[1])
if held then
  if string.sub(held, 1, 1) == 'L' then return { 'in_progress' } end
  if string.sub(held, 2, 1 + #ARGV[1]) ~= ARGV[1] then return { 'mismatch' } end
  return { 'replay', string.sub(held, 2 + #ARGV[1]) }
end

local now = clock()
local name, budget = budgetOf(now)
local owed = math.max(budget.full - now, 0)
local boosted = math.max(budget.boost - now, 0)
local marks = followed(now)
local wait, boostWait = owed + interval - burst * interval, boosted + ${boostIntervalUs} - ${boostSpanUs}
local isBoosted = wait > 0 and #marks > 0 and boostWait <= 0
if wait > 0 and not isBoosted then
  if #marks > 0 then wait = math.min(wait, boostWait) end
  return { 'limited', math.ceil(wait / 1000000), 0, math.ceil(owed / 1000000), false, marks, 0, math.ceil(boosted / 1000000) }
end

if isBoosted then boosted = boosted + ${boostIntervalUs} else owed = owed + interval end
write(name, { full = now + owed, seen = now, since = budget.since, boost = now + boosted })
redis.call('set', KEYS[1], 'L' .. ARGV[1], 'px', ARGV[8])
local commit = redis.call('hget', KEYS[3], instance)
return {
  'admitted', 0, math.max(0, math.floor(burst - owed / interval)), math.ceil(owed / 1000000), commit,
  marks, math.floor((${boostSpanUs} - boosted) / ${boostIntervalUs}), math.ceil(boosted / 1000000), isBoosted and 1 or 0
}
`)

/** Ends the lock of a batch that was not accepted after all; with a refund, the request has cost nothing. */
export const releaseScript = defineScript(`${budgets}
if redis.call('get', KEYS[1]) == 'L' .. ARGV[1] then redis.call('del', KEYS[1]) end
if ARGV[9] ~= '0' then
  local name, budget = budgetOf(clock())
  if ARGV[9] == '2' then budget.boost = math.max(0, budget.boost - ${boostIntervalUs})
  else budget.full = budget.full - interval end
  write(name, budget)
end
`)
