import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerKey, budgetKey, committedKey, jobIdOf, outcomeKey, shardOfAgent, shardOfJob } from './keys.ts'

describe('a job id', () => {
  test('is what BullMQ takes: no colon, not only digits', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(100), (agentId, key, part) => {
        expect(jobIdOf(agentId, key, part)).toMatch(/^b[0-9a-f]{64}(-[1-9]\d*)?$/)
      }),
    )
  })

  test('differs with the agent, the key and the part, and with nothing else', () => {
    const ids = [jobIdOf('a', 'bc', 0), jobIdOf('ab', 'c', 0), jobIdOf('a', 'bd', 0), jobIdOf('a', 'bc', 1)]
    expect(new Set(ids).size).toBe(4)
    expect(jobIdOf('a', 'bc', 0)).toBe(ids[0])
  })

  test('tells the shard of its agent', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.string(),
        fc.nat(9),
        fc.integer({ min: 1, max: 64 }),
        (agentId, key, part, shards) => {
          expect(shardOfJob(jobIdOf(agentId, key, part), shards)).toBe(shardOfAgent(agentId, shards))
        },
      ),
    )
  })

  test('of anybody else is refused', () => {
    expect(() => shardOfJob('b123', 1)).toThrow(TypeError)
  })
})

describe('Redis Cluster', () => {
  test('keeps all keys of an agent in one slot, and agents apart', () => {
    const slots = new Set<number>()
    for (let agent = 0; agent < 100; agent++) {
      const agentId = `agent-{${agent}}`
      const keys = [
        answerKey(agentId, 'key', 16),
        answerKey(agentId, 'other', 16),
        budgetKey(agentId, 16),
        committedKey(agentId, 16),
        outcomeKey(jobIdOf(agentId, 'key', 3), 16),
        `{logs-${shardOfAgent(agentId, 16)}}:batches:wait`,
      ]
      const own = new Set(keys.map(slotOf))
      expect(own.size).toBe(1)
      slots.add([...own][0] ?? -1)
    }
    expect(slots.size).toBe(16)
  })

  test('is computed here as Redis does it', () => {
    expect(crc16('123456789')).toBe(0x31c3) // the check value in the Redis Cluster specification
    expect(slotOf('{user1000}.following')).toBe(slotOf('user1000'))
  })
})

function slotOf(key: string): number {
  const tag = /\{([^}]+)\}/.exec(key)?.[1] ?? key
  return crc16(tag) % 16_384
}

function crc16(text: string): number {
  let crc = 0
  for (const byte of Buffer.from(text)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff
  }
  return crc
}
