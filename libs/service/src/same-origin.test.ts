import { expect, test } from 'vitest'
import { requireSameOrigin } from './same-origin.ts'

const passes = (headers: Record<string, string>) => {
  try {
    // of a request, this looks at nothing else
    requireSameOrigin({ headers } as unknown as Parameters<typeof requireSameOrigin>[0])
    return true
  } catch {
    return false
  }
}

test.each<[string, Record<string, string>, boolean]>([
  ['a client that is no browser', { host: 'logs.example' }, true],
  [
    'our own page',
    { host: 'logs.example', origin: 'https://logs.example', 'sec-fetch-site': 'same-origin' },
    true,
  ],
  ['our own page over plain http', { host: '10.0.0.7:3001', origin: 'http://10.0.0.7:3001' }, true],
  [
    'our own page, the port said once only',
    { host: 'logs.example:443', origin: 'https://logs.example' },
    true,
  ],
  [
    'our own page behind a proxy with a name of its own for us',
    { host: '127.0.0.1:3000', 'x-forwarded-host': 'a, logs.example', origin: 'https://logs.example' },
    true,
  ],
  ['a neighbour on another port', { host: '10.0.0.7:3001', origin: 'http://10.0.0.7:3002' }, false],
  [
    'a subdomain',
    { host: 'logs.example', origin: 'https://x.logs.example', 'sec-fetch-site': 'same-site' },
    false,
  ],
  ['another site', { host: 'logs.example', origin: 'https://evil.example' }, false],
  [
    'another site that says nothing of its origin',
    { host: 'logs.example', 'sec-fetch-site': 'cross-site' },
    false,
  ],
  ['a sandboxed frame', { host: 'logs.example', origin: 'null' }, false],
  ['an origin that is none', { host: 'logs.example', origin: 'logs.example' }, false],
  ['a WebSocket without an origin', { host: 'logs.example', upgrade: 'websocket' }, false],
  ['our own WebSocket', { host: 'logs.example', upgrade: 'websocket', origin: 'https://logs.example' }, true],
])('%s passes: %s', (_what, headers, passed) => {
  expect(passes(headers)).toBe(passed)
})
