import { expect, test } from 'vitest'
import { parseOptions, UsageError } from './options.ts'

const now = new Date('2026-01-02T03:04:05.678Z')

test('without words all parts run, the rivals only where one is given', () => {
  expect(parseOptions([], now)).toMatchObject({
    parts: ['ingest', 'latency', 'growth', 'reads', 'retention', 'agent', 'memory'],
    quick: false,
    out: '.logboom/bench/2026-01-02T03-04-05.json',
  })
  expect(parseOptions(['--loki', '/bin/loki'], now)).toMatchObject({
    parts: expect.arrayContaining(['rivals']),
  })
})

test('a quick run leaves out what takes long', () => {
  expect(parseOptions(['--quick'], now)).toMatchObject({
    parts: ['ingest', 'latency', 'reads', 'retention', 'agent'],
  })
  expect(parseOptions(['--quick', 'memory'], now)).toMatchObject({ parts: ['memory'] })
})

test('what cannot be understood is told by its name', () => {
  expect(() => parseOptions(['speed'], now)).toThrow("there is no part 'speed'")
  expect(() => parseOptions(['--slow'], now)).toThrow(UsageError)
  expect(() => parseOptions(['rivals'], now)).toThrow('rivals needs --loki PATH or --victorialogs PATH')
  expect(parseOptions(['--help'], now)).toBe('help')
})
