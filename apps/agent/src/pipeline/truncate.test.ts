import { byteLength } from '@logboom/contracts'
import { expect, test } from 'vitest'
import { truncate } from './truncate.ts'

test('a message within the bound stays as it is', () => {
  expect(truncate('é'.repeat(32), 64)).toEqual({ message: 'é'.repeat(32), originalBytes: null })
})

test('a longer one is cut on a code point, stays within the bound and says what is missing', () => {
  const { message, originalBytes } = truncate('😀'.repeat(100), 64)
  const [, head = '', missing] = /^(.*)…\[\+(\d+) bytes\]$/u.exec(message) ?? []
  expect(byteLength(message)).toBeLessThanOrEqual(64)
  expect(head).toBe('😀'.repeat(head.length / 2))
  expect(byteLength(head) + Number(missing)).toBe(originalBytes)
  expect(originalBytes).toBe(400)
})

test('bytes that the splitter dropped are counted as missing', () => {
  const { message, originalBytes } = truncate('a'.repeat(100), 4_096, 50_000_000)
  expect(message).toBe(`${'a'.repeat(100)}…[+50000000 bytes]`)
  expect(originalBytes).toBe(50_000_100)
})
