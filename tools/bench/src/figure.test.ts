import { expect, test } from 'vitest'
import { percentile, summarise } from './figure.ts'
import type { Bound } from './figure.ts'

const verdict = (value: number, bound?: Bound) =>
  summarise({ id: 'x', title: 'x', unit: '', values: [value], ...(bound && { bound }) }).verdict

test('a figure is the median of its runs, with the least and the greatest', () => {
  expect(summarise({ id: 'x', title: 'x', unit: '', values: [5, 1, 3] })).toMatchObject({
    median: 3,
    min: 1,
    max: 5,
  })
  expect(summarise({ id: 'x', title: 'x', unit: '', values: [4, 1, 2, 3] }).median).toBe(2.5)
})

test('a figure is judged by its median, in the direction of its bound', () => {
  const atLeast: Bound = { is: 'at least', goal: 0.6, stretch: 0.8 }
  expect([0.5, 0.6, 0.8].map((value) => verdict(value, atLeast))).toEqual(['missed', 'goal', 'stretch'])
  const atMost: Bound = { is: 'at most', goal: 18, stretch: 12 }
  expect([19, 18, 12].map((value) => verdict(value, atMost))).toEqual(['missed', 'goal', 'stretch'])
  expect(verdict(1)).toBe('told')
})

test('a percentile is a value that was measured', () => {
  const values = Array.from({ length: 100 }, (_, n) => 100 - n)
  expect(percentile(values, 0.5)).toBe(50)
  expect(percentile(values, 0.99)).toBe(99)
  expect(percentile([7], 0.99)).toBe(7)
})
