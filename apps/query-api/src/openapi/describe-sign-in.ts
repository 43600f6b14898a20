import { Providers, Session, SignIn, TicketAnswer } from '@logboom/contracts'
import { z } from 'zod'
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
  'GET /api/v1/auth/providers': {
    ...signingIn,
    summary: 'The ways to sign in',
    answers: {
      200: { description: 'Keys, and the OIDC issuers that browsers can sign in at', schema: Providers },
    },
  },
  'GET /api/v1/auth/oidc/login': {
    ...signingIn,
    summary: 'Sign a browser in at an OIDC issuer',
    description:
      'For links: a browser that fails comes to `/signin?error=<code>`, other clients get the problem.',
    query: z.object({
      issuer: z.string().describe('The `id` of a provider'),
      return_to: z.string().default('/').describe('The page to go to afterwards: a path of this origin'),
    }),
    answers: { 302: { description: 'To the issuer' } },
    problems: ['invalid_parameter', 'not_found', 'unavailable'],
  },
  'GET /api/v1/auth/oidc/callback': {
    ...signingIn,
    summary: 'Where the issuer sends the browser back to',
    description: 'Sets the cookie of a session that lasts for 24 hours at most, and leads on to the page.',
    query: z.object({ state: z.string(), code: z.string().optional(), error: z.string().optional() }),
    answers: { 200: { description: 'A page that goes on by itself', type: 'text/html' } },
    problems: [
      'sign_in_failed',
      'unauthorized',
      'token_expired',
      'forbidden',
      'too_many_requests',
      'unavailable',
    ],
  },
} as const satisfies Record<string, Operation>
