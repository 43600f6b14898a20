import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import type { Receipt } from '@logboom/contracts'
import { expect, test } from 'vitest'
import { checkReceipts } from './check-receipts.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1' }

/** Newest first, as the API lists them. */
function chain(count: number): Receipt[] {
  const receipts: Receipt[] = []
  for (let number = 1; number <= count; number++) {
    const content = {
      deleted_at: '2026-11-27T12:00:00.000000Z',
      from: null,
      kind: 'rows_deleted' as const,
      number,
      previous_hash: receipts[0]?.hash ?? '0'.repeat(64),
      retention_class: 'default',
      rows: number * 10,
      subject: 'agent_logs_1',
      to: null,
    }
    const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex')
    const signature = sign(null, Buffer.from(hash), privateKey).toString('base64url')
    receipts.unshift({ ...content, hash, kid: 'k1', signature })
  }
  return receipts
}

async function statesOf(receipts: Receipt[], keys = [jwk]): Promise<Record<number, string>> {
  return Object.fromEntries((await checkReceipts(receipts, keys)).states)
}

test('receipts as they were written are signed, each by a published key', async () => {
  expect(await statesOf(chain(3))).toEqual({ 1: 'signed', 2: 'signed', 3: 'signed' })
})

test('without their key, that they are a chain is all that can be said', async () => {
  expect(await statesOf(chain(2), [{ ...jwk, kid: 'k2' }])).toEqual({ 1: 'chained', 2: 'chained' })
})

test('one that says something else than was signed is told', async () => {
  const receipts = chain(3).map((receipt) => (receipt.number === 2 ? { ...receipt, rows: 1 } : receipt))
  expect(await statesOf(receipts)).toEqual({ 1: 'signed', 2: 'changed', 3: 'signed' })
  expect((await checkReceipts(receipts, [jwk])).faults).toBe(1)
})

test('one that another key has signed in the name of this one is told', async () => {
  const forger = { ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }), kid: 'k1' }
  expect(await statesOf(chain(1), [forger])).toEqual({ 1: 'changed' })
})

test('one that is missing breaks the chain', async () => {
  expect(await statesOf(chain(3).filter(({ number }) => number !== 2))).toEqual({ 1: 'signed', 3: 'broken' })
})
