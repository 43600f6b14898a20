import { describe, expect, test } from 'vitest'
import { CliError } from '../cli-error.ts'
import { checkUrl } from './check-url.ts'

describe('an address of a broker', () => {
  test.each([
    ['https://logs.example.com', 'https://logs.example.com'],
    ['https://logs.example.com/boom/', 'https://logs.example.com/boom'],
    ['logs.example.com', 'https://logs.example.com'],
    ['http://127.0.0.1:3100/', 'http://127.0.0.1:3100'],
    ['http://localhost:3100', 'http://localhost:3100'],
    ['http://[::1]:3100', 'http://[::1]:3100'],
  ])('%s', (text, url) => expect(checkUrl(text, false)).toBe(url))

  test.each([
    'http://logs.example.com',
    'http://10.0.0.1',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
  ])('%s sends the key in the clear, so it needs --insecure', (text) => {
    expect(() => checkUrl(text, false)).toThrow('--insecure')
    expect(checkUrl(text, true)).toBe(text)
  })

  test.each([
    '',
    'ftp://x',
    'https://',
    'https://u:p@x',
    'https://x?a=b',
    'https://x#y',
    'javascript:alert(1)',
  ])('%j is none', (text) => expect(() => checkUrl(text, true)).toThrow(CliError))
})
