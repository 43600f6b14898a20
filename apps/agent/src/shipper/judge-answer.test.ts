import { expect, test } from 'vitest'
import { judgeAnswer } from './judge-answer.ts'

const ok = { received: 2, stored: 2, batch_id: 'b' }
const judge = (status: number, body: unknown, headers = {}) =>
  judgeAnswer({ status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) }, 2)

test('only our own answer with the right count is an acceptance', () => {
  expect(judge(201, ok)).toEqual({ kind: 'accepted', answer: ok, isReplayed: false })
  expect(judge(200, { ...ok, expired: 2, committed_through: 'x', new_field: 1 }).kind).toBe('accepted')
  for (const body of ['', '<html>', {}, { ...ok, received: 1 }, { ...ok, stored: 'x' }, '[]', 'null']) {
    expect(judge(200, body)).toMatchObject({ kind: 'retry', pace: 'backoff', reason: 'invalid_answer' })
  }
})

test.each([408, 409, 425, 429, 500, 502, 503, 504, 599])('%d passes', (status) => {
  expect(judge(status, '', { 'retry-after': '7' })).toEqual({
    kind: 'retry',
    pace: 'backoff',
    reason: String(status),
    retryAfterMs: 7_000,
  })
})

test.each([100, 301, 302, 404, 405, 410, 415, 431])(
  '%d needs a human, and loses nothing meanwhile',
  (status) => {
    expect(judge(status, '')).toMatchObject({ kind: 'retry', pace: 'slow' })
  },
)

test('401 and 403 need another key', () => {
  for (const status of [401, 403])
    expect(judge(status, '')).toMatchObject({ kind: 'retry', pace: 'credential' })
})

test('a refusal is believed only with a problem document', () => {
  expect(judge(413, '<html>')).toEqual({ kind: 'too_large' })
  expect(judge(422, { code: 'invalid_body' })).toEqual({
    kind: 'refused',
    code: 'invalid_body',
    rejected: null,
  })
  expect(judge(400, '<html>')).toMatchObject({ kind: 'retry', pace: 'slow' })
})

test('a list of rejections counts only when it covers all entries', () => {
  const rejection = (index: number) => ({ index, code: 'x', detail: '' })
  const whole = [rejection(0), rejection(1)]
  expect(judge(422, { code: 'c', rejected: whole })).toMatchObject({ rejected: whole })
  expect(judge(422, { code: 'c', rejected: [rejection(0)] })).toMatchObject({ rejected: null })
})
