import { expect, test } from 'vitest'
import { createReceiptClock } from './receipt-clock.ts'

test('no two batches have the same receipt, even when the clock stands or steps back', () => {
  let nowMs = 1_000
  const receipt = createReceiptClock(() => nowMs)
  const times = [receipt(), receipt()]
  nowMs = 500
  times.push(receipt())
  nowMs = 2_000
  times.push(receipt())
  expect(times).toEqual([1_000_000, 1_000_001, 1_000_002, 2_000_000])
})
