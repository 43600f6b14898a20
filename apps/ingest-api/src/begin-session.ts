import type { Session } from '@logboom/contracts'
import { deleteSession, insertSession } from '@logboom/db'
import type { Database, SessionOwner } from '@logboom/db'
import {
  hashSessionToken,
  makeSessionToken,
  sessionCookie,
  sessionIdleSeconds,
  sessionTokenOf,
} from '@logboom/service'
import type { Principal, Sessions } from '@logboom/service'
import type { Request, Response } from 'express'
import { sessionAnswer } from './session-answer.ts'

export interface SignedIn {
  req: Request
  /** Gets the cookie. */
  res: Response
  principal: Principal
  owner: SessionOwner
}

/** A key is asked what it may do each time; what an issuer said cannot be asked again. */
const longestSeconds = { pak: 7 * 86_400, oidc: 86_400 }
/** Enough for a team that shares a key, and a bound for a script that signs in each time. */
const sessionsMax = 200

/** Signs a browser in; a session that it had ends. */
export async function beginSession(
  { db, sessions }: { db: Database; sessions: Sessions },
  { req, res, principal, owner }: SignedIn,
): Promise<Session> {
  const token = makeSessionToken()
  const tokenHash = hashSessionToken(token) ?? ''
  const longest = 'pakId' in owner ? longestSeconds.pak : longestSeconds.oidc
  const times = await insertSession(db, {
    tokenHash,
    owner,
    idleSeconds: sessionIdleSeconds,
    longestSeconds: longest,
    sessionsMax,
  })
  await endSession({ db, sessions }, sessionTokenOf(req))
  const maxAgeSeconds = Math.max(1, Math.round((times.endsAt.getTime() - Date.now()) / 1000))
  res.append('Set-Cookie', sessionCookie(req, { token, maxAgeSeconds }))
  return sessionAnswer(principal, token, times.expiresAt)
}

/** Ends the session of a cookie, here at once and elsewhere within 30 s. */
export async function endSession(
  { db, sessions }: { db: Database; sessions: Sessions },
  token: string | undefined,
): Promise<void> {
  const tokenHash = hashSessionToken(token ?? '')
  if (tokenHash === null) return
  await deleteSession(db, { tokenHash })
  sessions.end(tokenHash)
}
