import { array, assert, constantFrom, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { hints, suspicions } from './suspicions.ts'
import type { Hint } from './suspicions.ts'

/** What each kind is found by, said once more and without anything that makes it quick. */
const found: Record<Hint, RegExp> = {
  passwords: /passw(?:or)?d|passphrase|secret|pwd|_pass/i,
  tokens: /token|key|jsessionid|phpsessid|signature=|[?&]sig=/i,
  headers: /bearer|authorization|cookie/i,
  ssn: /ssn|social/i,
  vendors:
    /A[KS]IA|AIza|ya29|SG\.|hvs\.|eyJ|eyA|ew[o0]|xox|glpat-|sk-|pypi-|-----BEGIN|gh[opsur]_|_pat_|k_(?:live|test)_|npm_|hf_|op_v1_|shp.._|boom_|slack\.com/,
  at: /@|%40/,
  digits: /\d{3}(?:-\d\d-\d{4}|\d[ -]?\d{4}(?:[ -]?\d{4}[ -]?\d\d|\d\d[ -]))/,
}
const fragments =
  'word password passwd passphrase secret pwd db_pass token broker key jsessionid PHPSESSID signature= ?sig= &sig= bearer authorization cookie ssn social AKIA ASIA AIza ya29 SG. hvs. eyJ eyA ewo ew0 xoxb glpat- sk- pypi- -----BEGIN gho_ ghr_ github_pat_ sk_live_ rk_test_ npm_ hf_ dop_v1_ shpat_ shpss_ logboom_ slack.com a@b a%40b 536-22-1234 4111111111111111 378282246310005 4111-1111-1111-1111 3782 822463 10005 12:34:56 2026-11-27 語 İ ſ'.split(
    ' ',
  )
const shaped = constantFrom(...fragments.flatMap((it) => [it, it.toUpperCase(), it.toLowerCase()]))

const isSuspect = (text: string, hint: Hint) => ((suspicions(text) >> hints.indexOf(hint)) & 1) === 1

test('no kind is passed over that a text may be of, whatever stands around it', () => {
  const expectAllSeen = property(array(shaped), string(), string(), (pieces, before, between) => {
    const text = before + pieces.join(between)
    expect(hints.filter((hint) => found[hint].test(text) && !isSuspect(text, hint))).toEqual([])
  })
  expect(() => assert(expectAllSeen, { numRuns: 3_000 })).not.toThrow()
})

test('a text of many megabytes is looked at for all of them', () => {
  const text = `${'x'.repeat(1e6)} password=1 ${'y'.repeat(1e6)}`
  expect(isSuspect(text, 'passwords')).toBe(true)
})

test('what most lines say is suspect of nothing', () => {
  const line = '2026-11-27T16:40:33.123456Z INFO  [http-8080-4] com.acme.Orders - order placed, id=17'
  expect(suspicions(line)).toBe(0)
})
