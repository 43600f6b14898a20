import { expect, test } from 'vitest'
import { redact } from './redact.ts'

const long = 'K3sVbQ9wZtYx8uRm2pLh7nDf4cGj'
const secrets: [string, string, string][] = [
  ['our own key', `using logboom_Ab3dEf9h_${long} now`, 'using logboom_Ab3dEf9h_[masked] now'],
  ['a JWT', 'got eyJhbGciOiJI.eyJzdWIiOiIxMjM0.SflKxwRJSM ok', 'got [masked] ok'],
  ['an authorization header', 'Authorization: Basic dXNlcjpwYXNz end', 'Authorization: Basic [masked] end'],
  ['a header in JSON', '{"authorization":"Bearer abc.def"}', '{"authorization":"Bearer [masked]"}'],
  ['a bearer token', 'sent bearer abcdef0123456789abcdef', 'sent bearer [masked]'],
  ['a password', 'login user=x password=hunter2 ok', 'login user=x password=[masked] ok'],
  ['a prefixed password', 'DB_PASSWORD=hunter2', 'DB_PASSWORD=[masked]'],
  [
    'a camel-case password',
    '{"dbPassword": "it\'s \\"so\\" secret", "a":1}',
    '{"dbPassword": "[masked]", "a":1}',
  ],
  [
    'a password in JSON within JSON',
    '{"m":"{\\"password\\":\\"a b\\"}"}',
    '{"m":"{\\"password\\":\\"[masked]\\"}"}',
  ],
  ['a password in a query', 'GET /?passwd=a%20b&x=1', 'GET /?passwd=[masked]&x=1'],
  ['userinfo of a URL', 'postgres://app:s3cr:et@db/x', 'postgres://app:[masked]@db/x'],
  ['an AWS key', 'key AKIAIOSFODNN7EXAMPLE.', 'key [masked].'],
  ['an AWS secret', 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG', 'aws_secret_access_key = [masked]'],
  ['a GitHub token', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a', '[masked]'],
  ['a Slack token', 'xoxb-123456789012-abcdefABCDEF', '[masked]'],
  [
    'a Slack web hook',
    'https://hooks.slack.com/services/T0/B0/XXXXXXXX',
    'https://hooks.slack.com/services/[masked]',
  ],
  ['an API key', 'api_key: 0123456789abcdef', 'api_key: [masked]'],
  [
    'a private key on one line',
    '-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY----- x',
    '-----BEGIN RSA PRIVATE KEY-----[masked]-----END RSA PRIVATE KEY----- x',
  ],
]

test.each(secrets)('masks %s', (_what, text, masked) => {
  expect(redact(text, false)).toMatchObject({ text: masked, insideKey: false })
})

test.each([
  'Failed password for root from 10.0.0.1 port 22 ssh2',
  'Kind: YARN_AM_RM_TOKEN, Service: , Ident: (appAttemptId)',
  'pam_unix(sshd:auth): check pass; user unknown',
  'Unexpected token: } in line 3',
  'GET https://example.com/a:b/c?d=e@f',
])('leaves prose alone: %s', (text) => {
  expect(redact(text, false)).toEqual({ text, found: [], insideKey: false })
})

test('masks every line of a private key, and nothing after it', () => {
  const lines = [
    'x -----BEGIN PRIVATE KEY----- MII',
    'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw',
    'ab==',
    'z-----END PRIVATE KEY----- y',
  ]
  const shown: string[] = []
  let insideKey = false
  for (const line of [...lines, 'after']) {
    const result = redact(line, insideKey)
    insideKey = result.insideKey
    shown.push(result.text)
  }
  expect(shown).toEqual([
    'x -----BEGIN PRIVATE KEY-----[masked]',
    '[masked]',
    '[masked]',
    '[masked]-----END PRIVATE KEY----- y',
    'after',
  ])
})

test('a private key that never ends does not hide the log that follows', () => {
  const result = redact('2026-01-01 INFO the manual says BEGIN and END', true)
  expect(result).toMatchObject({ text: '2026-01-01 INFO the manual says BEGIN and END', insideKey: false })
})

test.each([
  ['password=', 'eyJ-'],
  ['', 'eyJ-'],
  ['', 'eyJaaaaaaaa.'],
  ['', 'logboom_AAAAAAAA_'],
  ['', 'password="'],
  ['', 'password=\\"'],
  ['', "secret: '"],
  ['', 'authorization:'],
  ['', '://a:'],
  ['', '-----BEGIN PRIVATE KEY-----'],
  ['://', 'a'],
  ['bearer ', ' '],
  ['', 'access_'],
  ['token', ' '],
])('takes linear time for %s followed by many %s', (head, piece) => {
  const time = (bytes: number) => {
    const text = head + piece.repeat(bytes / piece.length)
    const startedMs = performance.now()
    redact(text, false)
    return performance.now() - startedMs
  }
  time(20_000)
  // 256 KiB is the longest line there is; a quadratic pattern takes minutes here.
  expect(time(262_144)).toBeLessThan(1_000)
})
