import { generateKeyPairSync, sign } from 'node:crypto'
import { openTestDatabase } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { appendReceipt } from './append-receipt.ts'
import { purgeReceipts } from './purge-receipts.ts'
import { transaction } from './transaction.ts'
import { verifyReceipts } from './verify-receipts.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const signer = {
  kid: 'test',
  sign: (text: string) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
}
const deletion = {
  kind: 'rows_deleted',
  subject: 'agent_logs_c1_20260301t000000',
  retentionClass: 'default',
  rows: 10_000,
  from: '2026-03-01T00:00:00.000001Z',
  to: '2026-03-01T00:29:59.999999Z',
} as const

const database: TestDatabase = await openTestDatabase()
const { pool } = database
await pool.query(
  `insert into signing_keys (kid, public_jwk, private_sealed, retires_at) values ('test', $1::jsonb, '', now())`,
  [JSON.stringify(publicKey.export({ format: 'jwk' }))],
)
afterAll(() => database.close())

beforeEach(async () => {
  await pool.query('truncate retention_receipts')
  for (let number = 1; number <= 10; number += 1) {
    await transaction(pool, (client) => appendReceipt(client, signer, deletion))
  }
})

describe('verifyReceipts', () => {
  test('finds nothing wrong in an untouched chain, also when its key has retired and when it was begun by many at once', async () => {
    await Promise.all(
      Array.from({ length: 8 }, () => transaction(pool, (client) => appendReceipt(client, signer, deletion))),
    )
    expect(await verifyReceipts(pool)).toEqual({ checked: 18, faults: [] })
  })

  test.each([
    ['the number of rows', 'rows = 9999'],
    ['the subject', `subject = 'nothing'`],
    ['the time', `deleted_at = deleted_at - interval '1 microsecond'`],
    ['the range', 'from_time = null'],
  ])('finds a receipt whose %s was changed', async (_, change) => {
    await pool.query(`update retention_receipts set ${change} where number = 5`)
    expect((await verifyReceipts(pool)).faults).toEqual([{ number: 5, fault: 'changed' }])
  })

  test('finds a receipt that was removed', async () => {
    await pool.query('delete from retention_receipts where number = 5')
    expect((await verifyReceipts(pool)).faults).toEqual([{ number: 6, fault: 'missing_before' }])
  })

  test('finds a receipt that was written anew with another key', async () => {
    const forger = generateKeyPairSync('ed25519').privateKey
    await pool.query('delete from retention_receipts where number = 10')
    const forged = {
      kid: 'test',
      sign: (text: string) => sign(null, Buffer.from(text), forger).toString('base64url'),
    }
    await transaction(pool, (client) => appendReceipt(client, forged, { ...deletion, rows: 1 }))
    expect((await verifyReceipts(pool)).faults).toEqual([{ number: 10, fault: 'bad_signature' }])
    await transaction(pool, (client) => appendReceipt(client, { ...forged, kid: 'nobody' }, deletion))
    expect((await verifyReceipts(pool)).faults).toContainEqual({ number: 11, fault: 'unknown_key' })
  })

  test('what is left after the oldest were purged is whole, and the newest always stays', async () => {
    await pool.query(
      `update retention_receipts set deleted_at = deleted_at - interval '91 days' where number <= 4`,
    )
    expect(await purgeReceipts(pool, { olderThanDays: 90, limit: 3 })).toBe(3)
    expect(await purgeReceipts(pool, { olderThanDays: 90, limit: 3 })).toBe(1)
    expect(await verifyReceipts(pool)).toEqual({ checked: 6, faults: [] })
    await pool.query(`update retention_receipts set deleted_at = deleted_at - interval '91 days'`)
    await purgeReceipts(pool, { olderThanDays: 90, limit: 100 })
    const { rows } = await pool.query('select number::integer from retention_receipts')
    expect(rows).toEqual([{ number: 10 }])
  })
})
