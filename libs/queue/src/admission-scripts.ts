import { defineScript } from './redis-script.ts'

/**
 * KEYS  1 the answer or lock of the batch, 2 the agent's budgets, 3 its commits
 * ARGV  1 hash of the body, 2 instance, 3 µs per request, 4 burst, 5 instances at most,
 *       6 now in µs or '' for the clock of Redis, 7 µs after which a silent instance is forgotten,
 *       8 life of the lock in ms, 9 '1' to refund
 *
 * A batch is held as `L<hash>` while it is being accepted and as `A<hash><answer>` afterwards.
 *
 * A budget is a generic cell rate: one number, the time at which all of the burst is available again.
 * Each instance has one, `<that time> <last seen> <first seen>`, up to the maximum; the others draw on that
 * of the oldest.
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
  local full, seen, since = string.match(value, '(%d+) (%d+) (%d+)')
  return { full = tonumber(full), seen = tonumber(seen), since = tonumber(since) }
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
  local fresh = { full = now, seen = now, since = now }
  if count > most or (count == most and not value) then
    local oldest, left = tidy(now)
    value = redis.call('hget', KEYS[2], instance)
    if not value and left >= most then return oldest.name, oldest end
  end
  return instance, value and read(value) or fresh
end

local function write(name, budget)
  local value = string.format('%.0f %.0f %.0f', budget.full, budget.seen, budget.since)
  redis.call('hset', KEYS[2], name, value)
  redis.call('pexpire', KEYS[2], string.format('%.0f', math.max(silence, burst * interval) / 1000 + 1000))
end
`

/** Returns `{kind, …}`; see `admit`. Nothing is written unless the batch is admitted. */
export const admitScript = defineScript(`${budgets}
local held = redis.call('get', KEYS[1])
if held then
  if string.sub(held, 1, 1) == 'L' then return { 'in_progress' } end
  if string.sub(held, 2, 1 + #ARGV[1]) ~= ARGV[1] then return { 'mismatch' } end
  return { 'replay', string.sub(held, 2 + #ARGV[1]) }
end

local now = clock()
local name, budget = budgetOf(now)
local owed = math.max(budget.full - now, 0)
local wait = owed + interval - burst * interval
if wait > 0 then return { 'limited', math.ceil(wait / 1000000), 0, math.ceil(owed / 1000000) } end

owed = owed + interval
write(name, { full = now + owed, seen = now, since = budget.since })
redis.call('set', KEYS[1], 'L' .. ARGV[1], 'px', ARGV[8])
local commit = redis.call('hget', KEYS[3], instance)
return { 'admitted', 0, math.floor(burst - owed / interval), math.ceil(owed / 1000000), commit }
`)

/** Ends the lock of a batch that was not accepted after all; with a refund, the request has cost nothing. */
export const releaseScript = defineScript(`${budgets}
if redis.call('get', KEYS[1]) == 'L' .. ARGV[1] then redis.call('del', KEYS[1]) end
if ARGV[9] == '1' then
  local name, budget = budgetOf(clock())
  budget.full = budget.full - interval
  write(name, budget)
end
`)
