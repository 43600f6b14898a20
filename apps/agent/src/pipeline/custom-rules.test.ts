import { expect, test } from 'vitest'
import { compileRules } from './custom-rules.ts'

const rule = (pattern: string, replacement = '[masked]') => ({ name: 'mine', pattern, replacement })

test.each([
  ['a lone bracket', rule('(a')],
  ['a look-ahead, which takes no linear time', rule('(?=a)b')],
  ['a pattern that matches the empty text', rule('a*')],
  ['a pattern that is too large', rule('[ab]{900}')],
  ['a group that there is not', rule('(a)', '$2')],
])('%s is refused, and the rule is named', (_what, faulty) => {
  expect(() => compileRules([faulty])).toThrow(/^rule mine: /)
})

test('an expression that would take others for ever takes 64 KiB in linear time', () => {
  const {
    rules: [evil],
  } = compileRules([rule('(a+)+$')])
  const time = (text: string) => {
    const startedMs = performance.now()
    evil?.mask(text)
    return performance.now() - startedMs
  }
  time('aaaa!')
  // 1 ms on an idle machine.
  expect(time(`${'a'.repeat(65_535)}!`)).toBeLessThan(500)
  expect(evil?.mask(`x${'a'.repeat(9)}`)).toBe('x[masked]')
})

test('one look tells whether any of the rules may find something', () => {
  const { hint } = compileRules([rule('emp-\\d+'), rule('(?i)badge')])
  expect([hint('emp-7'), hint('a BADGE'), hint('EMP-7')]).toEqual([true, true, false])
})

test('rules that name their groups alike go together', () => {
  const { hint, rules } = compileRules([rule('(?P<x>a)'), rule('(?P<x>b)')])
  expect(hint('b')).toBe(true)
  expect(rules.map(({ mask }) => mask('b'))).toEqual(['b', '[masked]'])
})
