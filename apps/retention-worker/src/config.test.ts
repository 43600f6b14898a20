import { parseConfig } from '@logboom/service'
import { expect, test } from 'vitest'
import { RetentionConfig, retentionSecondsOf } from './config.ts'

const env = { DATABASE_URL: 'postgresql://localhost/logboom', SIGNING_KEY_SECRET: 'x'.repeat(32) }
const parse = (more: Record<string, string>, toml = '') =>
  parseConfig('retention-worker', RetentionConfig, { env: { ...env, ...more }, toml })

test('leaves it to the database how long lines are kept, cleans up every hour, ten thousand rows at a time', () => {
  const config = parse({})
  expect(retentionSecondsOf(config)).toBeNull()
  expect(config).toMatchObject({
    CLEANUP_INTERVAL_MINUTES: 60,
    MAX_DELETE_BATCH: 10_000,
    MAX_LOGS_PER_AGENT: 10_000_000,
    MAX_LOGS_PER_DEPLOYMENT: 2_000_000,
  })
})

test('takes fractions of hours and minutes, and seconds instead of hours', () => {
  expect(retentionSecondsOf(parse({ RETENTION_HOURS: '0.016667' }))).toBe(60)
  expect(retentionSecondsOf(parse({ RETENTION_SECONDS: '90' }))).toBe(90)
})

test('reads its table of the TOML file', () => {
  const toml =
    '[broker.log_retention]\nretention_hours = 6\ncleanup_interval_minutes = 5\nmax_delete_batch = 500'
  const config = parse({}, toml)
  expect(retentionSecondsOf(config)).toBe(21_600)
  expect(config).toMatchObject({ CLEANUP_INTERVAL_MINUTES: 5, MAX_DELETE_BATCH: 500 })
})

test.each([
  ['RETENTION_HOURS', '0.001'],
  ['RETENTION_HOURS', 'twelve'],
  ['MAX_DELETE_BATCH', '0'],
  ['MAX_LOGS_PER_AGENT', '-1'],
  ['SIGNING_KEY_SECRET', 'short'],
])('refuses %s = %s', (name, value) => {
  expect(() => parse({ [name]: value })).toThrow(name)
})
