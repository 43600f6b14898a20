import { expect, test } from 'vitest'
import { createLogBook } from './auth-fixture.ts'
import { addLogContext, withLogContext } from './log.ts'
import { issuePak } from './pak.ts'

test('a line is JSON with time, level, message, service and fields', () => {
  const book = createLogBook()
  book.log.info('batch stored', { rows: 3, bytes: 12n, at: new Uint8Array(5) })
  expect(book.lines()).toEqual([
    {
      time: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      level: 'info',
      msg: 'batch stored',
      service: 'test',
      rows: 3,
      bytes: '12',
      at: '[5 bytes]',
    },
  ])
})

test('an error in a field keeps name, message, code, stack and causes, and nothing else', () => {
  const book = createLogBook()
  const cause = Object.assign(new TypeError('inner'), { code: 'E1', body: 'the body of a request' })
  const err = new Error('outer', { cause: new AggregateError([cause], 'several') })
  book.log.error('it failed', { err })
  expect(book.lines()[0]).toMatchObject({
    msg: 'it failed',
    err: {
      name: 'Error',
      message: 'outer',
      stack: expect.stringContaining('log.test'),
      cause: { errors: [{ code: 'E1', message: 'inner' }] },
    },
  })
  expect(book.text()).not.toContain('the body')
})

test('an error in place of fields or of the message is shown whole, and the message stays clean', () => {
  const book = createLogBook()
  book.log.error('it failed', new Error('because'))
  book.log.error(new Error('alone'))
  expect(book.lines()).toMatchObject([
    { msg: 'it failed', err: { message: 'because' } },
    { msg: 'alone', err: { message: 'alone' } },
  ])
})

test('a field that is called message does not change the message', () => {
  const book = createLogBook()
  book.log.info('entry read', { message: 'hello' })
  expect(book.lines()[0]).toMatchObject({ msg: 'entry read', message: 'hello' })
})

test('the context reaches every line of its work, also after waiting, and no other', async () => {
  const book = createLogBook()
  await withLogContext({ requestId: 'r1' }, async () => {
    await withLogContext({ batchId: 'b1' }, async () => {
      await new Promise(setImmediate)
      addLogContext({ agentId: 'a1' })
      book.log.info('inner')
    })
    book.log.info('outer')
  })
  addLogContext({ lost: true })
  book.log.info('outside')
  const ids = book.lines().map(({ requestId, batchId, agentId, lost }) => [requestId, batchId, agentId, lost])
  expect(ids).toEqual([
    ['r1', 'b1', 'a1', undefined],
    ['r1', undefined, undefined, undefined],
    [undefined, undefined, undefined, undefined],
  ])
})

const { pak } = issuePak()
const [, , long = ''] = pak.split('_')
const jwt = `eyJhbGciOiJFZERTQSJ9.${'eyJzdWIiOiJ4In0aaaa'}.${'c2lnbmF0dXJl'.repeat(3)}`

test.each<[string, string, Record<string, unknown>]>([
  ['a PAK in a field', long, { given: pak }],
  ['a PAK inside a text', long, { text: `curl -H "Authorization: Bearer ${pak}"` }],
  ['half a PAK', long.slice(0, 20), { text: pak.slice(0, -8) }],
  ['a PAK in an error and its stack', long, { err: new Error(`bad key ${pak}`) }],
  ['a PAK as a name', long, { [pak]: 1 }],
  ['a PAK in nested data', long, { a: { b: [{ c: pak }] } }],
  ['a JWT', jwt.slice(-20), { text: `token=${jwt};` }],
  ['a header object', 'hunter2', { headers: { authorization: 'Basic hunter2' } }],
  ['a raw Authorization line', 'hunter2', { text: 'GET / HTTP/1.1\r\nAuthorization: hunter2\r\n' }],
  ['JSON of headers in a text', 'hunter2', { text: '{"Authorization":"Basic hunter2"}' }],
  ['a bearer of any kind', 'abcdefghijklmnopqrst', { text: 'used Bearer abcdefghijklmnopqrst' }],
  [
    'a password in a URL',
    'hunter2',
    { err: new Error('cannot reach postgres://logboom:hunter2@db:5432/logboom') },
  ],
  ['a literal secret', 'known"secret', { text: 'the known"secret is out' }],
])('%s is never logged', (_what, secretText, fields) => {
  const book = createLogBook('debug', ['known"secret'])
  book.log.info('something happened', fields)
  book.log.info(`something happened ${JSON.stringify(fields)}`)
  expect(book.text()).not.toContain(secretText)
  expect(book.text()).not.toContain(JSON.stringify(secretText).slice(1, -1))
  expect(book.lines()).toHaveLength(2)
})

test.each([
  'authorization',
  'Proxy-Authorization',
  'cookie',
  'set-cookie',
  'password',
  'clientSecret',
  'token',
  'pak',
])('what a field named %s holds is never logged', (name) => {
  const book = createLogBook()
  book.log.info('something happened', { headers: { [name]: 'hunter2' }, [name]: ['hunter2'] })
  expect(book.text()).not.toContain('hunter2')
  expect(book.text()).toContain('[masked]')
})

test('ordinary words survive the masking', () => {
  const book = createLogBook()
  const text =
    'logboom_http_request_seconds eyewitness.example.com basic authentication https://example.com:8080/path@x'
  book.log.info(text)
  expect(book.lines()[0]?.['msg']).toBe(text)
})

test('line ends and terminal controls cannot leave their line', () => {
  const book = createLogBook()
  book.log.info('odd name', { name: 'a\nb\u001b[2J\u009b31m' })
  const controls = Array.from(book.text().trimEnd()).filter(
    (c) => c < ' ' || (c >= '\u007f' && c <= '\u009f'),
  )
  expect(controls).toEqual([])
  expect(book.lines()[0]?.['name']).toBe('a\nb\u001b[2J\u009b31m')
})

test('what refers to itself is cut, not followed', () => {
  const book = createLogBook()
  const loop: Record<string, unknown> = {}
  loop['self'] = loop
  book.log.info('loop', { loop })
  expect(book.text()).toContain('[deeper]')
})
