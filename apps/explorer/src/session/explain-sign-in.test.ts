import { expect, test } from 'vitest'
import { ApiProblem } from '../api/api-problem.ts'
import { explainSignIn } from './explain-sign-in.ts'

const key = `logboom_${'A'.repeat(8)}_${'B'.repeat(33)}`

test.each([
  ['That is no key', 'hunter2', 401, 'unauthorized'],
  ['That is no key', key.slice(0, 30), 401, 'unauthorized'],
  ['This key is not known here', key, 401, 'unauthorized'],
  ['This key has expired', key, 401, 'token_expired'],
  ['This key may not sign in', key, 403, 'forbidden'],
])('“%s” is said where it is so', (title, pak, status, code) => {
  expect(explainSignIn(new ApiProblem(status, code, ''), pak)?.title).toBe(title)
})

test('a server that is away is not blamed on the key', () => {
  expect(explainSignIn(new ApiProblem(503, 'unavailable', ''), key)).toBeUndefined()
})
