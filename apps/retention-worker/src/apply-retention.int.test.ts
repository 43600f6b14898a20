import { Writable } from 'node:stream'
import { listRetentionPolicy, putRetentionClass } from '@logboom/db'
import { createLogger } from '@logboom/service'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyRetention } from './apply-retention.ts'
import { RetentionConfig } from './config.ts'
import { openTestWork } from './work-fixture.ts'
import type { TestWork } from './work-fixture.ts'

let on: TestWork
let logged = ''
const destination = new Writable({
  write(chunk, _encoding, done) {
    logged += String(chunk)
    done()
  },
})
const log = createLogger('test', { level: 'info', destination })

beforeAll(async () => {
  on = await openTestWork()
})
afterAll(() => on.close())

async function startWith(env: Record<string, string>): Promise<void> {
  const secret = 'a secret of more than thirty-two characters'
  await applyRetention(
    on.db,
    log,
    RetentionConfig.parse({ DATABASE_URL: on.url, SIGNING_KEY_SECRET: secret, ...env }),
  )
}

async function stored() {
  const { classes } = await listRetentionPolicy(on.pool)
  return classes.find(({ name }) => name === 'default')
}

test('what was put by the API survives a start that configures nothing', async () => {
  await putRetentionClass(on.pool, { name: 'default', retentionSeconds: 172_800, partitionSeconds: 600 })
  await startWith({})
  expect(await stored()).toMatchObject({ retention_seconds: 172_800, partition_seconds: 600 })
  expect(logged).toBe('')
})

test('a configured retention that is the stored one changes nothing', async () => {
  await startWith({ RETENTION_HOURS: '48' })
  expect(await stored()).toMatchObject({ retention_seconds: 172_800, partition_seconds: 600 })
  expect(logged).toBe('')
})

test('a configured retention that is another one is applied, and a warning says from what to what', async () => {
  await startWith({ RETENTION_SECONDS: '3600', RETENTION_HOURS: '12' })
  expect(await stored()).toMatchObject({ retention_seconds: 3_600 })
  expect(JSON.parse(logged)).toMatchObject({
    level: 'warn',
    storedSeconds: 172_800,
    retentionSeconds: 3_600,
  })
})
