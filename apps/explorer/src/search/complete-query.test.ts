import { expect, test } from 'vitest'
import { applyCompletion, completableAt, matchingFields, quoteValue } from './complete-query.ts'

const known = ['attributes.trace_id', 'labels.app']

test('the word at the caret is completed, as a field or as a value', () => {
  expect(completableAt('timeout names', 13, known)).toEqual({
    kind: 'field',
    typed: 'names',
    from: 8,
    to: 13,
  })
  expect(completableAt('ns:pr rest', 5, known)).toEqual({
    kind: 'value',
    field: 'namespace',
    typed: 'pr',
    from: 3,
    to: 5,
  })
  expect(completableAt('app=', 4, known)).toMatchObject({ kind: 'value', field: 'labels.app', typed: '' })
})

test('neither expressions nor what names no field is completed', () => {
  expect(completableAt('/names', 6, known)).toBeNull()
  expect(completableAt('http://x', 8, known)).toBeNull()
})

test('a completion takes the place of the word and leaves the rest', () => {
  const at = completableAt('a ns:pr b', 7, known)
  expect(at && applyCompletion('a ns:pr b', at, 'production ')).toEqual({
    text: 'a ns:production  b',
    caret: 16,
  })
})

test('fields are found by their own names too', () => {
  expect(matchingFields('tra', known)).toEqual(['attributes.trace_id'])
  expect(matchingFields('con', known)).toEqual(['container_name'])
})

test('values with blanks are quoted', () => {
  expect(['a', 'a b'].map(quoteValue)).toEqual(['a', '"a b"'])
})
