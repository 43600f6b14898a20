import type { Entry } from '@logboom/contracts'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { createMetrics } from '../metrics.ts'
import { packBody, unpackBody } from '../spool/push-body.ts'
import { deliverBatch } from './deliver-batch.ts'
import type { Delivery, Settled } from './deliver-batch.ts'
import type { Push } from './send-push.ts'

const entry = (n: number): Entry => ({
  timestamp: `2026-11-21T09:13:0${n}.000000000Z`,
  namespace: 'n',
  pod_name: 'p',
  message: `line ${n}`,
})

async function deliveryOf(entries: readonly Entry[], more: Partial<Delivery> = {}): Promise<Delivery> {
  const logs = Buffer.from(entries.map((one) => JSON.stringify(one)).join(','))
  const body = await packBody({ key: 'k', sentAt: 's', gaps: [], logs })
  const numbered = { key: 'k', instance: 'i', number: 7, entries: entries.length, body }
  return { ...numbered, clockMs: 0, isRenumbered: false, knownFates: null, ...more }
}

function brokerThat(answer: (push: Push) => Settled) {
  const pushes: Push[] = []
  const tooMany: number[] = []
  const deps = {
    send: (push: Push) => {
      pushes.push(push)
      return Promise.resolve(answer(push))
    },
    deadLetters: { add: () => Promise.reject(new Error('the disk is full')) },
    metrics: createMetrics(new Registry()),
    tooMany: (entries: number) => void tooMany.push(entries),
  }
  return { pushes, tooMany, deps }
}

const accept = ({ entries, key }: Push, more: object = {}, isReplayed = false): Settled => ({
  kind: 'accepted',
  answer: { received: entries, stored: entries, batch_id: key, ...more },
  isReplayed,
})
const sentAs = ({ key, number, entries }: Push) => ({ key, number, entries })

test('what the broker has under another number is given its number by an empty batch', async () => {
  const { pushes, deps } = brokerThat((push) => accept(push, {}, push.key === 'k'))
  await deliverBatch(await deliveryOf([entry(1)], { isRenumbered: true }), deps)
  expect(pushes.map(sentAs)).toEqual([
    { key: 'k', number: 7, entries: 1 },
    { key: 'k.0', number: 7, entries: 0 },
  ])
  const other = brokerThat((push) => accept(push, {}, true))
  await deliverBatch(await deliveryOf([entry(1)]), other.deps)
  expect(other.pushes).toHaveLength(1)
})

test('sent again because it was not committed, only what has expired since makes a gap', async () => {
  const { deps } = brokerThat((push) => accept(push, { expired: 2 }))
  const entries = [entry(1), entry(2), entry(3)]
  const first = await deliverBatch(await deliveryOf(entries), deps)
  expect(first).toMatchObject({ gaps: [{ lines: 2, reason: 'expired' }], fates: { expired: 2, rejected: 0 } })
  const again = await deliverBatch(await deliveryOf(entries, { knownFates: first.fates }), deps)
  expect(again).toEqual({ gaps: [], fates: first.fates })
  const later = brokerThat((push) => accept(push, { expired: 3 }))
  const last = await deliverBatch(await deliveryOf(entries, { knownFates: first.fates }), later.deps)
  expect(last).toMatchObject({ gaps: [{ lines: 1, reason: 'expired' }], fates: { expired: 3 } })
})

test('what is too large goes in halves that are the same each time, and its size is learned', async () => {
  const large = (push: Push): Settled => (push.entries > 2 ? { kind: 'too_large' } : accept(push))
  const runs = await Promise.all(
    [1, 2].map(async () => {
      const broker = brokerThat(large)
      await deliverBatch(await deliveryOf([1, 2, 3, 4].map(entry)), broker.deps)
      return broker
    }),
  )
  const [first, second] = runs
  expect(first?.tooMany).toEqual([4])
  expect(first?.pushes.map(sentAs).slice(1)).toEqual([
    { key: 'k.1', number: null, entries: 2 },
    { key: 'k.2', number: null, entries: 2 },
    { key: 'k.0', number: 7, entries: 0 },
  ])
  expect(second?.pushes.map(({ body }) => body)).toEqual(first?.pushes.map(({ body }) => body))
})

test('a poison entry is told in a gap, also when it cannot be kept to be looked at', async () => {
  const isPoison = async ({ body }: Push) =>
    (await unpackBody(body)).entries.some(({ message }) => message === 'line 2')
  const pushes: Push[] = []
  const { deps } = brokerThat(accept)
  const send = async (push: Push): Promise<Settled> => {
    pushes.push(push)
    return (await isPoison(push)) ? { kind: 'refused', code: 'invalid_body', rejected: null } : accept(push)
  }
  const { gaps, fates } = await deliverBatch(await deliveryOf([entry(1), entry(2), entry(3)]), {
    ...deps,
    send,
  })
  expect(gaps).toMatchObject([{ reason: 'rejected', lines: 1, exact: true }])
  expect(fates).toEqual({ expired: 0, rejected: 1 })
})
