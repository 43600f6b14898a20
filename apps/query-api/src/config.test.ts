import { parseConfig } from '@logboom/service'
import { expect, test } from 'vitest'
import { databaseUrlOf, QueryConfig } from './config.ts'

const needed = { DATABASE_URL: 'postgresql://main/db', SIGNING_KEY_SECRET: 'x'.repeat(32) }
const read = (env: Record<string, string>) => parseConfig('query-api', QueryConfig, { env })

test('a replica is read from where there is one', () => {
  expect(databaseUrlOf(read(needed))).toBe('postgresql://main/db')
  expect(databaseUrlOf(read({ ...needed, READ_DATABASE_URL: 'postgresql://replica/db' }))).toBe(
    'postgresql://replica/db',
  )
})

test('origins are a list, none by default', () => {
  expect(read(needed).CORS_ORIGINS).toEqual([])
  expect(read({ ...needed, CORS_ORIGINS: 'https://a.example, http://b:8080' }).CORS_ORIGINS).toEqual([
    'https://a.example',
    'http://b:8080',
  ])
})

test('all faults are told at once', () => {
  expect(() => read({})).toThrow(
    /DATABASE_URL.*is required\n.*SIGNING_KEY_SECRET|SIGNING_KEY_SECRET.*is required\n.*DATABASE_URL/,
  )
})

test.each([
  [{ SIGNING_KEY_SECRET: needed.SIGNING_KEY_SECRET }, 'DATABASE_URL'],
  [{ DATABASE_URL: needed.DATABASE_URL }, 'SIGNING_KEY_SECRET'],
  [{ ...needed, CORS_ORIGINS: '*' }, 'CORS_ORIGINS'],
  [{ ...needed, PORT: 'x' }, 'PORT'],
  [{ ...needed, TLS_CERT: 'x' }, 'TLS_KEY'],
])('%o refuses to start', (env, name) => expect(() => read(env)).toThrow(name))
