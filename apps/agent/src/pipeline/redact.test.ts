import { expect, test } from 'vitest'
import { allRules, rulesWith } from './line-fixture.ts'
import { createRedactor } from './redact.ts'

const long = 'K3sVbQ9wZtYx8uRm2pLh7nDf4cGj'
const secrets: [string, string, string][] = [
  ['our own key', `using logboom_Ab3dEf9h_${long} now`, 'using logboom_Ab3dEf9h_[masked] now'],
  ['a JWT', 'got eyJhbGciOiJI.eyJzdWIiOiIxMjM0.SflKxwRJSM ok', 'got [masked] ok'],
  ['an authorization header', 'Authorization: Basic dXNlcjpwYXNz end', 'Authorization: Basic [masked] end'],
  ['a header of a scheme of its own', 'authorization=ApiKey VnVhQ2ZHY0JD', 'authorization=ApiKey [masked]'],
  ['a header in JSON', '{"authorization":"Bearer abc.def"}', '{"authorization":"Bearer [masked]"}'],
  [
    'a quoted token in a header',
    'Authorization: Token token="abc"',
    'Authorization: Token [masked]"[masked]"',
  ],
  ['a bearer token', 'sent bearer abcdef0123456789abcdef', 'sent bearer [masked]'],
  ['cookies', 'Cookie: sid=s3cret; theme=dark', 'Cookie: [masked]'],
  ['a password', 'login user=x password=hunter2 ok', 'login user=x password=[masked] ok'],
  ['a prefixed password', 'DB_PASSWORD=hunter2', 'DB_PASSWORD=[masked]'],
  ['a shortened password', 'DB_PASS=hunter2 SMTP_PASS: x', 'DB_PASS=[masked] SMTP_PASS: [masked]'],
  [
    'a camel-case password',
    '{"dbPassword": "it\'s \\"so\\" secret", "a":1}',
    '{"dbPassword": "[masked]", "a":1}',
  ],
  ['a password that is a number', '{"password":123456,"a":1}', '{"password":"[masked]","a":1}'],
  [
    'a password in JSON within JSON',
    '{"m":"{\\"password\\":\\"a b\\"}"}',
    '{"m":"{\\"password\\":\\"[masked]\\"}"}',
  ],
  ['a password in a query', 'GET /?passwd=a%20b&x=1', 'GET /?passwd=[masked]&x=1'],
  ['a password in a query that Go wrote', '{"url":"/?pwd=a\\u0026x=1"}', '{"url":"/?pwd=[masked]&x=1"}'],
  ['userinfo of a URL', 'postgres://app:s3cr:et@db/x', 'postgres://app:[masked]@db/x'],
  ['userinfo of a URL that PHP wrote', '{"u":"https:\\/\\/a:b@c\\/d"}', '{"u":"https://a:[masked]@c/d"}'],
  ['an AWS key', 'key AKIAIOSFODNN7EXAMPLE.', 'key [masked].'],
  ['an AWS secret', 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG', 'aws_secret_access_key = [masked]'],
  ['a GitHub token', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a', '[masked]'],
  ['a GitLab token', `glpat-${long}`, '[masked]'],
  ['a Slack token', 'xoxb-123456789012-abcdefABCDEF', '[masked]'],
  [
    'a Slack web hook',
    'https://hooks.slack.com/services/T0/B0/XXXXXXXX',
    'https://hooks.slack.com/services/[masked]',
  ],
  ['a Stripe key', `sk_live_${long}`, '[masked]'],
  ['a Google key', `AIzaSyA${long}abcd`, '[masked]'],
  ['a key of OpenAI', `sk-proj-${long}`, '[masked]'],
  ['a signed URL', '/blob?se=2026&sig=aGVsbG8gd29ybGQ%3D&x=1', '/blob?se=2026&sig=[masked]&x=1'],
  ['an API key', 'api_key: 0123456789abcdef', 'api_key: [masked]'],
  ['an e-mail address', 'mail to <jane.doe+x@mail.example.co.uk>.', 'mail to <[masked]>.'],
  ['an e-mail address in a query', '?email=jane%40example.com&x', '?email=[masked]&x'],
  ['an e-mail address in JSON', '{"m":"a\\njane@example.com"}', '{"m":"a\\n[masked]"}'],
  ['an e-mail address that Go wrote', '{"to":"\\u003cjane@example.com\\u003e"}', '{"to":"<[masked]>"}'],
  ['a card', 'paid with 4111111111111111, thanks', 'paid with [masked], thanks'],
  ['a card in groups', 'card 5555-5555-5555-4444 ok', 'card [masked] ok'],
  ['an American card', 'amex 3782 822463 10005', 'amex [masked]'],
  ['a card that is a number', '{"card":4111111111111111}', '{"card":"[masked]"}'],
  ['a social security number', 'ssn is 536-22-1234.', 'ssn is [masked].'],
  ['one that is named', '{"ssn":"536221234"}', '{"ssn":"[masked]"}'],
  [
    'a private key on one line',
    '-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY----- x',
    '-----BEGIN RSA PRIVATE KEY-----[masked]-----END RSA PRIVATE KEY----- x',
  ],
]

test.each(secrets)('masks %s, and nothing more when asked again', (_what, text, masked) => {
  const redacted = allRules.redact(text)
  expect(redacted).toMatchObject({ text: masked, opensKey: false })
  expect(allRules.redact(redacted.text)).toEqual({ text: masked, found: [], opensKey: false })
})

test.each([
  'Failed password for root from 10.0.0.1 port 22 ssh2',
  'Kind: YARN_AM_RM_TOKEN, Service: , Ident: (appAttemptId)',
  'pam_unix(sshd:auth): check pass; user unknown',
  'Unexpected token: } in line 3',
  'GET https://example.com/a:b/c?d=e@f',
  'call 555-867-5309 or 1-800-555-0199, ticket 123-4567, part 000-12-3456 or 666-12-3456 or 912-12-3456',
  'id 1234-56-7890-1, 536-22-1234-5, v536-22-1234, 2026-11-21',
  'took 0.4111111111111111 s, at 1763716380123456789, order 4111111111111112, uuid 41111111-1111-4111-8111-111111111111',
  'trace 00-41111111111111111111111111111111-4111111111111111a-01',
  'lodash@4.17.21 react@18.3.0-canary.rc getty@tty1.service logo@2x.png',
  'cloning git@github.com:org/repo.git',
  'akka.tcp://sparkDriver@10.10.34.11:48069',
  'java.lang.Object@1b2c3d',
  '@app.route and @types/node',
  '{"password":null,"secret":{"name":"x"},"token":true,"a":1}',
  'the keys of the cookie jar, a secretary, 2 tokens',
])('leaves alone: %s', (text) => {
  expect(allRules.redact(text)).toEqual({ text, found: [], opensKey: false })
})

test('a rule that is switched off finds nothing, and the others go on', () => {
  const { redact } = rulesWith({ REDACT_OFF: ['email', 'card'] }).redactor
  expect(redact('jane@example.com 4111111111111111 pwd=x').text).toBe(
    'jane@example.com 4111111111111111 pwd=[masked]',
  )
  const only = rulesWith({ REDACT: ['email'] }).redactor
  expect(only.redact('jane@example.com 4111111111111111 pwd=x').text).toBe('[masked] 4111111111111111 pwd=x')
})

test('keys of Logboom are masked whatever is switched off', () => {
  const { redact } = rulesWith({ REDACT: ['none'] }).redactor
  expect(redact(`pwd=x logboom_Ab3dEf9h_${long}`).text).toBe('pwd=x logboom_Ab3dEf9h_[masked]')
})

test('rules of the operator’s own are applied after those that are built in', () => {
  const custom = [
    { name: 'badge', pattern: String.raw`\b(emp)-(\d{6})\b`, replacement: '$1-[badge]' },
    { name: 'iban', pattern: String.raw`\bDE\d{20}\b`, replacement: '[masked]' },
  ]
  const { redact } = createRedactor({ names: new Set(['password']), custom })
  expect(redact('emp-123456 pwd=x DE00000000000000000000')).toEqual({
    text: 'emp-[badge] pwd=[masked] [masked]',
    found: ['password', 'badge', 'iban'],
    opensKey: false,
  })
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
  ['', 'authorization: key '],
  ['', '://a:'],
  ['', '://a@'],
  ['', '-----BEGIN PRIVATE KEY-----'],
  ['://', 'a'],
  ['bearer ', ' '],
  ['', 'access_'],
  ['token', ' '],
  ['', 'a@'],
  ['', 'a%40'],
  ['@', 'a'],
  ['', 'a.b@c.'],
  ['', '4111 '],
  ['', '41111111-'],
  ['', '536-22-1234-'],
  ['', 'cookie: a=b;'],
  ['cookie: ', 'a=b; '],
  ['', 'ssn'],
  ['{', '\\u0041'],
  ['{"pwd":', '1'],
  ['', '"pwd":1'],
  ['', '?sig='],
])('takes linear time for %s followed by many %s', (head, piece) => {
  const time = (bytes: number) => {
    const text = head + piece.repeat(bytes / piece.length)
    const startedMs = performance.now()
    allRules.redact(text)
    return performance.now() - startedMs
  }
  time(20_000)
  // 256 KiB is the longest line there is; a quadratic pattern takes minutes here.
  expect(time(262_144)).toBeLessThan(1_000)
})
