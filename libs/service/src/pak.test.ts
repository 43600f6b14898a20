import { expect, test } from 'vitest'
import { hashLong, issuePak, longMatches, parsePak } from './pak.ts'

test.each([
  ['GK3QN7CDUzYc6iKgMkJ98M2WSimM5t6U8', '4c697273df3d764cba950bb5c04368097685f09259f5bd880d892cf1ff9f4cdd'],
  ['BddpcwWyCT3EkDjHSSTRaSK1dxtuQgbjb', '0f01ab6e0833f280b73b2b618c16102d91c0b7c585d42a080d6e6603239a8bee'],
])('the long part %s hashes as other implementations of prefixed keys do', (long, hash) => {
  expect(hashLong(long)).toBe(hash)
  expect(longMatches(long, hash)).toBe(true)
})

test('an issued key parses into the parts that are stored, and only its own long part matches', () => {
  const issued = issuePak()
  const parts = parsePak(issued.pak)
  expect(parts?.short).toBe(issued.short)
  expect(issued.longHash).toBe(hashLong(parts?.long ?? ''))
  expect(issued.pak).not.toContain(issued.longHash)
  expect(longMatches(parts?.long ?? '', issued.longHash)).toBe(true)
  expect(longMatches(`${parts?.long}1`, issued.longHash)).toBe(false)
})

test('a thousand keys are all different and all parse', () => {
  const paks = Array.from({ length: 1000 }, () => issuePak())
  expect(new Set(paks.map(({ short }) => short)).size).toBe(1000)
  expect(paks.every(({ pak }) => parsePak(pak))).toBe(true)
})

const long = 'GK3QN7CDUzYc6iKgMkJ98M2WSimM5t6U8'

test.each([
  ['nothing', ''],
  ['another prefix', `brokkr_BR3rVsDa_${long}`],
  ['two parts', `logboom_${long}`],
  ['four parts', `logboom_BR3rVsDa_${long}_x`],
  ['a letter that base58 leaves out', `logboom_BR3rVsDa_0${long.slice(1)}`],
  ['a short part of seven', `logboom_BR3rVsD_${long}`],
  ['a long part of 23', `logboom_BR3rVsDa_${long.slice(0, 23)}`],
  ['a long part of 34', `logboom_BR3rVsDa_${long}1`],
  ['a line end', `logboom_BR3rVsDa_${long}\n`],
  ['a space before', ` logboom_BR3rVsDa_${long}`],
])('%s is not a PAK', (_what, text) => {
  expect(parsePak(text)).toBeNull()
})

test.each(['', 'zz', 'abc', '00'.repeat(31)])(
  'a stored hash %j of another length matches nothing',
  (hash) => {
    expect(longMatches(long, hash)).toBe(false)
  },
)
