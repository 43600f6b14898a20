import { expect, test } from 'vitest'
import { createEntryList } from './entry-list.ts'

test('the bytes are the entries with commas between, however many there are and whatever is in them', () => {
  const entries = Array.from({ length: 3_000 }, (_, n) =>
    JSON.stringify({ n, text: 'grüße 語 😀 \u0000'.repeat(n % 9) }),
  )
  const list = createEntryList()
  for (const entry of entries) list.add(entry, false)
  const expected = Buffer.from(entries.join(','))
  expect(list.content().equals(expected)).toBe(true)
  expect([list.count, list.bytes]).toEqual([entries.length, expected.length])
})

test('an entry larger than all the memory so far fits', () => {
  const list = createEntryList()
  list.add('"a"', false)
  list.add(JSON.stringify('語'.repeat(200_000)), false)
  expect(JSON.parse(`[${list.content().toString()}]`)).toEqual(['a', '語'.repeat(200_000)])
})

test('a list that was cleared begins anew and shows nothing of before', () => {
  const list = createEntryList()
  list.add('"of the batch before"', false)
  list.clear()
  expect([list.count, list.bytes, list.content().toString()]).toEqual([0, 0, ''])
  list.add('1', false)
  list.add('2', false)
  expect(list.content().toString()).toBe('1,2')
})

test.each([10, 100_000])(
  'entries stand between what a body begins and ends with, here %i characters',
  (length) => {
    const list = createEntryList()
    list.add('1', false)
    list.add('"ü"', true)
    const [head, tail] = ['ö'.repeat(length), ']'.repeat(length)]
    for (let times = 0; times < 2; times += 1)
      expect(list.enclose(head, tail).toString()).toBe(`${head}1,"ü"${tail}`)
    list.add('2', false)
    expect(list.content().toString()).toBe('1,"ü",2')
  },
)
