import { Problem } from '@logboom/contracts'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { decodeCursor, encodeCursor } from './cursor.ts'

const Position = z.object({ at: z.int() })
const filters = ['/logs', { level: ['ERROR'] }]
const cursor = encodeCursor(filters, { at: 1 })

function codeOf(text: string, others: unknown = filters): string {
  try {
    decodeCursor(text, others, Position)
    return 'accepted'
  } catch (error) {
    return error instanceof Problem ? error.code : String(error)
  }
}

test('a cursor of the same filters leads on', () =>
  expect(decodeCursor(cursor, filters, Position)).toEqual({ at: 1 }))

test('a cursor of other filters is refused', () =>
  expect(codeOf(cursor, ['/logs', {}])).toBe('invalid_cursor'))

test.each([
  'x',
  '%%%',
  `${cursor}!`,
  cursor.slice(0, -4),
  Buffer.from('[1]').toString('base64url'),
  Buffer.from('null').toString('base64url'),
  Buffer.from('{"a":1}').toString('base64url'),
  encodeCursor(filters, { at: 'x' }),
  encodeCursor(filters, null),
  'A'.repeat(100_000),
])('%.40s is refused', (text) => expect(codeOf(text)).toBe('invalid_cursor'))
