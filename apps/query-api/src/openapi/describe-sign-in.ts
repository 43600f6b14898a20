import { Session, SignIn, TicketAnswer } from '@logboom/contracts'
import type { Operation } from './operation.ts'

const signingIn = { tag: 'Signing in', access: 'public' } as const
const badBody = ['malformed_json', 'unsupported_media_type', 'payload_too_large', 'invalid_body'] as const

export const signInOperations = {
  'POST /api/v1/auth/session': {
    ...signingIn,
    summary: 'Sign a browser in by a key',
    description:
      'The answer sets the cookie. It lasts for 12 hours without use and for 7 days at most, and ends with its key. ' +
      'Refused for pages of other origins.',
    body: { schema: SignIn, required: false },
    answers: { 201: { description: 'Signed in', schema: Session } },
    problems: [
      ...badBody,
      'foreign_origin',
      'unauthorized',
      'token_expired',
      'too_many_requests',
      'unavailable',
    ],
  },
  'GET /api/v1/auth/session': {
    ...signingIn,
    access: 'any',
    summary: 'Who is signed in in this browser',
    answers: { 200: { description: 'The session', schema: Session } },
  },
  'DELETE /api/v1/auth/session': {
    ...signingIn,
    access: 'any',
    summary: 'Sign out',
    answers: { 204: { description: 'Signed out; all replicas know within 30 s' } },
  },
  'POST /api/v1/auth/ticket': {
    ...signingIn,
    access: 'any',
    summary: 'A ticket that opens one stream of events or WebSocket',
    description: 'For browsers, which send no headers with these: `?ticket=`, once, within 30 seconds.',
    answers: { 201: { description: 'The ticket', schema: TicketAnswer } },
  },
} as const satisfies Record<string, Operation>
