import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { namesOf } from '../broker/agent-names.ts'
import { anyText } from '../terminal/any-text-fixture.ts'
import { choosePaint } from '../terminal/paint.ts'
import { entryOf } from './entry-fixture.ts'
import { lineFormat } from './line-format.ts'
import type { TextOptions } from './line-format.ts'

const plain = choosePaint('never', true, {})
const options: TextOptions = { paint: plain, zone: 'utc', agents: null }
const agents = namesOf([{ id: entryOf().agent_id, name: 'edge-1', cluster_name: 'berlin' }])
// oxlint-disable-next-line no-control-regex -- these must not survive
const harmful = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

describe('a line', () => {
  test('of text has its time, level, stream and message', () => {
    expect(lineFormat('text', options).line(entryOf())).toBe(
      '2026-01-15 10:30:00.123Z INFO  production/web-1/app Server started\n',
    )
  })

  test('names its agent where there may be several, and says so where it has no level or was cut', () => {
    const line = lineFormat('text', { ...options, agents }).line(
      entryOf({ level: null, container_name: null, truncated: true, original_bytes: 90_000 }),
    )
    expect(line).toBe(
      '2026-01-15 10:30:00.123Z -     edge-1 production/web-1 Server started […of 90000 bytes]\n',
    )
  })

  test('shows what was found, in any case and with the characters of expressions in it', () => {
    const paint = choosePaint('always', false, {})
    const line = lineFormat('text', { ...options, paint, text: 'a.b(' }).line(
      entryOf({ message: 'xA.B( aXb(' }),
    )
    expect(line).toContain('x\u001b[1;7mA.B(\u001b[0m aXb(')
  })

  test('is what was written, to the byte, when it is raw', () => {
    expect(lineFormat('raw', options).line(entryOf({ message: '\u001b[31mred' }))).toBe('\u001b[31mred\n')
  })

  test.each(['text', 'json', 'csv'] as const)(
    'as %s has no control character, whatever is in it',
    (format) => {
      const shown = lineFormat(format, options)
      fc.assert(
        fc.property(anyText, anyText, anyText, (message, pod_name, value) => {
          const line = shown.line(entryOf({ message, pod_name, attributes: { [value]: value } }))
          expect(line).not.toMatch(harmful)
        }),
      )
    },
  )
})

describe('CSV', () => {
  const messageOf = (message: string) => lineFormat('csv', options).line(entryOf({ message }))

  test('has a header and quotes what needs it', () => {
    expect(lineFormat('csv', options).header).toMatch(
      /^timestamp,level,namespace,pod_name,container_name,message,/,
    )
    expect(messageOf('a, "b"\nc')).toContain(',"a, ""b""\nc",')
  })

  test.each(['=1+1', '+1', '-1', '@x', '\t=1', '\r=1'])('%j is no formula', (message) => {
    expect(messageOf(message)).not.toContain(`,${message}`)
    expect(messageOf(message)).toMatch(/,"'[=+\-@]|,"? {4}=1|,\\x0d=1/)
  })
})

test('colours are there on a terminal only, unless asked for, and NO_COLOR is heard', () => {
  const isColoured = (...args: Parameters<typeof choosePaint>) =>
    choosePaint(...args).level('ERROR', 'x') !== 'x'
  expect(isColoured('auto', true, {})).toBe(true)
  expect(isColoured('auto', false, {})).toBe(false)
  expect(isColoured('auto', true, { NO_COLOR: '1' })).toBe(false)
  expect(isColoured('auto', true, { TERM: 'dumb' })).toBe(false)
  expect(isColoured('always', false, { NO_COLOR: '1' })).toBe(true)
  expect(isColoured('never', true, {})).toBe(false)
})
