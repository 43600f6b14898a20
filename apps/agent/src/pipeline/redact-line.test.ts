import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Source } from '../sources/raw-line.ts'
import { allRules, newSource, rawLine, rulesWith } from './line-fixture.ts'
import { redactLine } from './redact-line.ts'

/** What is shown of the lines of one source. */
function shown(lines: readonly string[], source: Source = newSource()): string[] {
  return lines.map((text) => redactLine(text, rawLine(source, text), allRules).text)
}

/** What is shown of a line that comes in pieces, each of them sent before the next one comes. */
function shownOfPieces(pieces: readonly string[], redactor = allRules): string[] {
  const source = newSource()
  return pieces.map((text, index) => {
    const isOpen = index < pieces.length - 1
    const line = rawLine(source, text, { isOpen, continues: index === 0 ? null : 'first' })
    // As a restart between the pieces would have it.
    source.memory = structuredClone(source.memory)
    return redactLine(text, line, redactor).text
  })
}

const upper = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const chars = (alphabet: string, length: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet.split('')), minLength: length, maxLength: length })

interface Planted {
  before: string
  secret: string
  after: string
  /** So many characters of the secret may be shown together: what many secrets of its kind begin with. */
  shownMax: number
}

/** In capitals and digits, where what surrounds it has neither. */
const planted: fc.Arbitrary<Planted> = fc.oneof(
  ...[
    ['password=', ' '],
    ['passwd: ', ' '],
    ['"password":"', '",'],
    ["secret = '", "' "],
    ['{\\"clientSecret\\":\\"', '\\"'],
    ['?pwd=', '&x=y'],
    ['authorization: basic ', ' '],
    ['api_key=', ' '],
    ['token: "', '"'],
    ['://user:', '@host/x'],
    ['cookie: a=', '; b=c'],
    ['bearer ', ' '],
    ['logboom_abcdefgh_', ' '],
  ].map(([before = '', after = '']) =>
    chars(upper, 24).map((secret) => ({ before, secret, after, shownMax: 1 })),
  ),
  chars(upper, 16).map((key) => ({ before: '', secret: `AKIA${key}`, after: ' ', shownMax: 3 })),
  chars(upper, 36).map((key) => ({ before: 'ghp_', secret: key, after: ' ', shownMax: 1 })),
  chars(upper, 30).map((key) => ({ before: 'eyJ', secret: `${key}.${key}`, after: ' ', shownMax: 1 })),
  chars(upper, 30).map((key) => ({ before: 'sk-', secret: key, after: ' ', shownMax: 1 })),
  fc
    .tuple(chars(upper, 9), chars(upper, 6))
    .map(([name, host]) => ({ before: '', secret: `${name}@${host}.ORG`, after: ' ', shownMax: 9 })),
  fc
    .constantFrom('4111111111111111', '5105 1051 0510 5100', '3782-822463-10005', '36259600000004')
    .map((secret) => ({ before: '', secret, after: ' ', shownMax: 7 })),
  fc.constant({ before: 'ssn ', secret: '536-22-1234', after: ' ', shownMax: 4 }),
)

/** Words of small letters, which no secret is made of. */
const prose = fc
  .array(fc.constantFrom('the', 'quick,', '(fox)', 'user', 'a:b', 'x=y', '{', '"', 'é', '日', '\\n', '-'), {
    maxLength: 12,
  })
  .map((words) => words.join(' '))

function longestShown(secret: string, text: string): number {
  let longest = 0
  for (let from = 0; from < secret.length; from += 1)
    while (text.includes(secret.slice(from, from + longest + 1)) && from + longest < secret.length)
      longest += 1
  return longest
}

test('a secret never survives, whatever surrounds it', () => {
  const holds = fc.property(prose, planted, prose, (before, { before: name, secret, after }, behind) => {
    const text = `${before} ${name}${secret}${after}${behind}`
    expect(longestShown(secret, shown([text])[0] ?? '')).toBeLessThanOrEqual(1)
  })
  fc.assert(holds, { numRuns: 3_000 })
})

test('masking what is masked changes nothing', () => {
  const text = fc.array(
    fc.oneof(
      prose,
      planted.map((p) => p.before + p.secret + p.after),
    ),
    { maxLength: 5 },
  )
  const holds = fc.property(text, (parts) => {
    const once = allRules.redact(parts.join(' ')).text
    expect(allRules.redact(once).text).toBe(once)
  })
  fc.assert(holds, { numRuns: 2_000 })
})

test('a secret does not survive in pieces, wherever the line was cut and however often', () => {
  const cuts = fc.array(fc.nat(80), { minLength: 1, maxLength: 3 })
  const holds = fc.property(
    prose,
    planted,
    prose,
    cuts,
    (before, { before: name, secret, after, shownMax }, behind, at) => {
      const text = `${before} ${name}${secret}${after}${behind}`
      const places = [
        0,
        ...at.map((place) => place % (text.length + 1)).toSorted((a, b) => a - b),
        text.length,
      ]
      const pieces = places.slice(1).map((end, index) => text.slice(places[index], end))
      const seen = shownOfPieces(pieces).join('|')
      expect(longestShown(secret, seen), `${pieces.join('|')} gave ${seen}`).toBeLessThanOrEqual(shownMax)
    },
  )
  fc.assert(holds, { numRuns: 5_000 })
})

test('what is no secret comes through a cut as it is', () => {
  const pieces = ['2026-11-21 Enter your na', 'me and pass', 'port no', '. Done 45', '% at 10:00']
  expect(shownOfPieces(pieces)).toEqual(pieces)
})

test('a password that was cut is masked on both sides, and what follows it is shown', () => {
  expect(shownOfPieces(['login password=hun', 'ter2 from 10.0.0.1'])).toEqual([
    'login password=[masked]',
    '[masked] from 10.0.0.1',
  ])
  expect(shownOfPieces(['{"password":"hun', 'ter 2","user":"x"}'])).toEqual([
    '{"password":"[masked]',
    '[masked]","user":"x"}',
  ])
  expect(shownOfPieces(['login passw', 'ord=hunter2 ok'])).toEqual(['login passw', 'ord=[masked] ok'])
})

test('the end of a line that was too long to be kept is masked where a secret may begin', () => {
  const text = 'x password is fine, key AKIAIOSFODNN'
  const line = rawLine(newSource(), text, { lostBytes: 1_000 })
  expect(redactLine(text, line, allRules)).toMatchObject({ text: 'x password is fine, key [masked]' })
})

test('after bytes that were not kept, nothing is shown of the rest of the line', () => {
  const source = newSource()
  redactLine('a', rawLine(source, 'a', { isOpen: true, lostBytes: 9 }), allRules)
  expect(redactLine('b c', rawLine(source, 'b c', { continues: 'a' }), allRules).text).toBe('[masked]')
  expect(shown(['next'], source)).toEqual(['next'])
})

test('where operators have rules of their own, the last word before a cut is masked', () => {
  const { redactor } = rulesWith({
    REDACT_RULES: [{ name: 'badge', pattern: 'emp-\\d{6}', replacement: '-' }],
  })
  expect(shownOfPieces(['badge emp-12', '3456 ok'], redactor)).toEqual(['badge [masked]', '[masked] ok'])
})

test('masks every line of a private key, and nothing after it', () => {
  const lines = [
    'x -----BEGIN PRIVATE KEY----- MII',
    'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw',
    'ab==',
    'z-----END PRIVATE KEY----- y',
    'after',
  ]
  expect(shown(lines)).toEqual([
    'x -----BEGIN PRIVATE KEY-----[masked]',
    '[masked]',
    '[masked]',
    '[masked]-----END PRIVATE KEY----- y',
    'after',
  ])
})

test('a private key is masked though its first line was cut', () => {
  const source = newSource()
  const pieces = ['-----BEGIN PRIV', 'ATE KEY-----MIIEv', 'QIBADA']
  const texts = pieces.map((text, index) => {
    const line = rawLine(source, text, { isOpen: index < 2, continues: index === 0 ? null : 'first' })
    return redactLine(text, line, allRules).text
  })
  expect(texts).toEqual(['-----BEGIN PRIV', 'ATE KEY-----[masked]', '[masked]'])
  expect(shown(['MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw', 'after it'], source)).toEqual([
    '[masked]',
    'after it',
  ])
})

test('a private key that never ends does not hide the log that follows', () => {
  const lines = ['-----BEGIN PRIVATE KEY-----', '2026-01-01 INFO the manual says BEGIN and END']
  expect(shown(lines)[1]).toBe(lines[1])
})
