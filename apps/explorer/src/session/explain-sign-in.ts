import { ApiProblem } from '../api/api-problem.ts'

/** What a key looks like; the long part is 24 bytes in base58. */
const shape = /^logboom_[1-9A-HJ-NP-Za-km-z]{8,}_[1-9A-HJ-NP-Za-km-z]{24,}$/

/** Why somebody was not let in, as far as can be said, and what to do; undefined where it is a failure like any other. */
export function explainSignIn(error: unknown, pak: string): { title: string; advice: string } | undefined {
  if (
    !(error instanceof ApiProblem) ||
    (error.status !== 401 && error.status !== 403 && error.status !== 422)
  )
    return undefined
  if (!shape.test(pak.trim())) {
    return {
      title: 'That is no key',
      advice: 'A key looks like logboom_<8 characters>_<about 33 characters>. Paste all of it.',
    }
  }
  if (error.code === 'token_expired')
    return { title: 'This key has expired', advice: 'Ask an admin for a new one.' }
  if (error.status === 403) {
    return {
      title: 'This key may not sign in',
      advice: 'It is an agent’s, for sending logs. Ask an admin for a reader’s key.',
    }
  }
  return {
    title: 'This key is not known here',
    advice: 'It may be revoked, or belong to another Logboom. Ask an admin for a new one.',
  }
}
