import { defaultAgentLimits } from '@logboom/contracts'
import { parseConfig } from '@logboom/service'
import { expect, test } from 'vitest'
import { IngestConfig, limitsOf } from './config.ts'

const needed = {
  DATABASE_URL: 'postgresql://u:p@h/d',
  REDIS_URL: 'redis://h',
  SIGNING_KEY_SECRET: 'a secret of thirty-two characters',
}

const parse = (env: Record<string, string>) =>
  parseConfig('ingest-api', IngestConfig, { env: { ...needed, ...env } })

test('without settings, agents have the limits of the contract', () => {
  expect(limitsOf(parse({}))).toEqual(defaultAgentLimits)
})

test('each limit can be set', () => {
  const limits = limitsOf(
    parse({ MAX_ENTRIES_PER_REQUEST: '5', REQUESTS_PER_MINUTE: '6', MAX_MESSAGE_LENGTH: '70' }),
  )
  expect(limits).toMatchObject({ max_entries_per_request: 5, requests_per_minute: 6, max_message_bytes: 70 })
})

test('what would lose data or mean nothing refuses to start', () => {
  for (const env of [{ QUEUE_MEMORY_SHARE: '0.95' }, { MAX_ENTRIES_PER_REQUEST: '0' }, { REDIS_URL: '' }])
    expect(() => parse(env)).toThrow(Object.keys(env)[0])
})
