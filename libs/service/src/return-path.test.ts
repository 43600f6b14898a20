import fc from 'fast-check'
import { expect, test } from 'vitest'
import { returnPathOf } from './return-path.ts'

test.each([
  ['/', '/'],
  ['/search?since=15m&q=%2Fa%2F#x', '/search?since=15m&q=%2Fa%2F#x'],
  ['/a/../b', '/b'],
  ['/search?q=//evil.example', '/search?q=//evil.example'],
])('%s is a page of ours', (text, path) => {
  expect(returnPathOf(text)).toBe(path)
})

test.each([
  ['', 'nothing'],
  ['search', 'no path from the root'],
  ['https://evil.example/', 'another origin'],
  ['//evil.example', 'another host'],
  ['/\\evil.example', 'another host, to browsers'],
  ['/\t/evil.example', 'another host, to browsers, which leave out tabs'],
  ['/.//evil.example', 'another host, once it is made short'],
  ['/api/v1/logs', 'a route'],
  ['/API/v1/auth/oidc/login', 'a route that would sign in for ever'],
  ['javascript:alert(1)', 'a script'],
  [`/${'a'.repeat(2_000)}`, 'too long'],
])('%j is refused: %s', (text) => {
  expect(returnPathOf(text)).toBeNull()
})

test('whatever a link says, a browser stays on its origin', () => {
  const Text = fc.oneof(fc.string(), fc.stringMatching(/^[/\\.:@?#a-b\t\n]{0,12}$/))
  fc.assert(
    fc.property(Text, (text) => {
      const path = returnPathOf(text)
      if (path === null) return
      expect(path.startsWith('/')).toBe(true)
      expect(new URL(path, 'https://logs.example/callback').origin).toBe('https://logs.example')
    }),
    { numRuns: 2_000 },
  )
})
