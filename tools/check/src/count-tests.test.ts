import { expect, test } from 'vitest'
import { sumUp } from './count-tests.ts'

const passing = { status: 'passed', assertionResults: [{ status: 'passed' }, { status: 'passed' }] }
const mixed = { status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] }
const unloaded = { status: 'failed', assertionResults: [] }

test('tests are counted over all files', () => {
  expect(sumUp([passing, mixed], false)).toEqual({ passed: 3, failed: 1 })
})

test('a file that cannot be loaded is a failure', () => {
  expect(sumUp([passing, unloaded], false)).toEqual({ passed: 2, failed: 1 })
})

test('a run that fails outside of its tests, or ends before its report, is a failure', () => {
  expect(sumUp([passing], false)).toEqual({ passed: 2, failed: 1 })
  expect(sumUp([], false)).toEqual({ passed: 0, failed: 1 })
})

test('a run in which all is well has no failure', () => {
  expect(sumUp([passing], true)).toEqual({ passed: 2, failed: 0 })
})
