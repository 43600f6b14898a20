import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import type { Receipt, ReceiptKey } from '@logboom/contracts'
import { describe, expect, test } from 'vitest'
import { verifyReceipts } from './verify-receipts.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const { x = '' } = publicKey.export({ format: 'jwk' })
const key: ReceiptKey = { kid: 'k', kty: 'OKP', crv: 'Ed25519', x }

function chain(length: number): Receipt[] {
  const receipts: Receipt[] = []
  for (let number = 1; number <= length; number += 1) {
    const content = {
      deleted_at: '2026-01-15T10:30:00.000000Z',
      from: null,
      kind: 'rows_deleted' as const,
      number,
      previous_hash: receipts.at(-1)?.hash ?? '0'.repeat(64),
      retention_class: 'default',
      rows: 5,
      subject: 'agent_logs_c1_x',
      to: null,
    }
    const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex')
    const signature = sign(null, Buffer.from(hash), privateKey).toString('base64url')
    receipts.push({ ...content, hash, signature, kid: 'k' })
  }
  return receipts
}

const changed = (receipts: Receipt[], number: number, change: Partial<Receipt>) =>
  receipts.map((receipt) => (receipt.number === number ? { ...receipt, ...change } : receipt))
const faults = (...args: Parameters<typeof verifyReceipts>) =>
  verifyReceipts(...args).faults.map(({ number, fault }) => `${number} ${fault}`)

test('a chain as it was written holds, also where its beginning is purged', () => {
  const receipts = chain(4)
  const last = receipts.at(-1)
  expect(verifyReceipts(receipts.slice(1), [key])).toEqual({
    checked: 3,
    faults: [],
    last: { number: 4, hash: last?.hash },
  })
})

describe('it is found out', () => {
  const receipts = chain(4)

  test.each([
    ['a changed number of rows', changed(receipts, 2, { rows: 6 }), ['2 its content was changed']],
    ['one that was taken out', receipts.filter(({ number }) => number !== 2), ['3 missing before it']],
    [
      'another one before it',
      changed(receipts, 3, { previous_hash: 'f'.repeat(64) }),
      ['3 the chain is broken'],
    ],
    ['a key that nobody knows', changed(receipts, 3, { kid: 'other' }), ['3 its key is unknown']],
    [
      'a false signature',
      changed(receipts, 3, { signature: receipts[0]?.signature ?? '' }),
      ['3 its signature is false'],
    ],
  ])('%s', (_, given, expected) => expect(faults(given, [key])).toEqual(expected))

  test('a whole chain that was made anew, or cut at its end, by the one that was noted', () => {
    const noted = { number: 3, hash: 'a'.repeat(64) }
    expect(faults(receipts, [key], noted)).toEqual(['3 not the one that was noted'])
    expect(faults(receipts.slice(0, 2), [key], noted)).toEqual(['3 not the one that was noted'])
    expect(faults(receipts, [key], { number: 3, hash: receipts[2]?.hash ?? '' })).toEqual([])
  })
})
