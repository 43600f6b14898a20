import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cookieOf, setCookieLine } from './cookies.ts'

const Name = fc.stringMatching(/^[a-zA-Z_-]{1,20}$/)
const Value = fc.stringMatching(/^[\w.~+/-]{1,60}$/)
const name = 'logboom_session'

test('a cookie is found among any others, wherever it stands and however it is spaced', () => {
  const others = fc.array(fc.tuple(Name, Value))
  const property = fc.property(
    others,
    others,
    Value,
    fc.constantFrom(';', '; ', ' ; '),
    (before, after, value, glue) => {
      const pairs = [...before, [name, value] as const, ...after].filter(
        ([key, text]) => key !== name || text === value,
      )
      expect(cookieOf(pairs.map(([key, text]) => `${key}=${text}`).join(glue), name)).toBe(value)
    },
  )
  fc.assert(property)
})

test('whatever the header holds, there is an answer, and it stands in the header', () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      expect(header).toContain(cookieOf(header, name) ?? '')
    }),
  )
})

test.each([
  [undefined, undefined],
  ['', undefined],
  ['logboom_session', undefined],
  ['logboom_session=', ''],
  ['logboom_session="a"', 'a'],
  ['logboom_session=a=b', 'a=b'],
  ['xlogboom_session=a', undefined],
  ['__Host-logboom_session=a', undefined],
  ['LOGBOOM_SESSION=a', undefined],
  ['logboom_session=a; logboom_session=a', 'a'],
  ['logboom_session=a; logboom_session=b', undefined],
])('%j holds %j', (header, value) => {
  expect(cookieOf(header, name)).toBe(value)
})

test('no script can read a cookie that is set, and over https it is for this host alone', () => {
  const options = { value: 'v', maxAgeSeconds: 60, sameSite: 'Strict' } as const
  expect(setCookieLine('n', { ...options, isSecure: false })).toBe(
    'n=v; Path=/; Max-Age=60; HttpOnly; SameSite=Strict',
  )
  expect(setCookieLine('__Host-n', { ...options, isSecure: true })).toBe(
    '__Host-n=v; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure',
  )
})
