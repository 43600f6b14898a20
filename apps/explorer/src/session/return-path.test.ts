import { expect, test } from 'vitest'
import { returnPath, signInPath } from './return-path.ts'

test('signing in leads back to where one was', () => {
  const path = '/search?q=a%20b&level=ERROR'
  expect(returnPath(new URL(signInPath(path), 'http://x').search)).toBe(path)
})

test.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/a\nb', ''])(
  'signing in leads to no other origin: %j',
  (path) => {
    expect(returnPath(`?return_to=${encodeURIComponent(path)}`)).toBe('/')
  },
)
