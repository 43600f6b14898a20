import { Problem } from '@logboom/contracts'
import { createAddressLimit } from './address-limit.ts'
import type { AddressLimitOptions } from './address-limit.ts'
import { createBearerAuth } from './authenticate-bearer.ts'
import { addressOf, createSessionAuth } from './authenticate-session.ts'
import type { CredentialCache } from './credential-cache.ts'
import { addLogContext } from './log.ts'
import type { OidcVerifier } from './oidc.ts'
import { unauthorized } from './principal.ts'
import type { Principal } from './principal.ts'
import { sessionTokenOf } from './session-cookie.ts'
import type { CredentialRequest } from './session-cookie.ts'
import type { Sessions } from './sessions.ts'
import type { Tickets } from './tickets.ts'
import type { TokenVerifier } from './tokens.ts'
import { createUseNotes } from './use-notes.ts'

export interface AuthenticatorOptions {
  cache: CredentialCache
  /** Browsers that are signed in. */
  sessions: Sessions
  /** Our own JWTs. */
  tokens?: TokenVerifier
  tickets?: Pick<Tickets, 'redeem'>
  /** JWTs of configured issuers. */
  oidc?: Pick<OidcVerifier, 'knows' | 'verify'>
  /** Of attempts with unknown credentials, by client address. */
  attempts?: AddressLimitOptions
  /** Told at most once a minute for each key that it is in use. What it throws is ignored: it is a convenience. */
  onUsed?: (pakId: string, atMs: number) => unknown
  /** The same of sessions. */
  onSessionUsed?: (tokenHash: string, atMs: number) => unknown
  now?: () => number
}

/** What routes and forwarders need of it. */
export interface Authenticator {
  /**
   * Who sends this request, by `Authorization: Bearer <PAK or JWT>` or by the cookie of a session.
   * @throws {Problem} 401, 403 for a known user without a role and for a page that is not ours, 429 for guessing, 503 when
   * it cannot be found out
   */
  authenticate(req: CredentialRequest): Promise<Principal>
  /**
   * The same for what a browser opens without headers, a stream of events or a WebSocket: also by `?ticket=`, which is used
   * up by it.
   */
  authenticateFollower(req: CredentialRequest): Promise<Principal>
  /** Who holds a PAK that came in another way; a wrong one counts as a guess of who sent it. @throws {Problem} 401, 429, 503 */
  authenticatePak(req: CredentialRequest, pak: string): Promise<Principal>
  /**
   * The principal as it is now. Connections that stay open ask every 30 s, and close when it throws.
   * @throws {Problem} 401 when the credential was revoked, or it or what was made from it has ended; 503 when it cannot be
   * found out
   */
  recheck(principal: Principal): Promise<Principal>
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { cache, sessions, tokens, tickets, oidc, now = Date.now } = options
  const attempts = createAddressLimit({ now, ...options.attempts })
  const noteUse = createUseNotes(options.onUsed, now)
  const noteSession = createUseNotes(options.onSessionUsed, now)
  const bearers = createBearerAuth({ cache, tokens, oidc, attempts, noteUse, now })
  const { byPakId } = bearers
  const bySession = createSessionAuth({ sessions, byPakId, oidc, attempts, noteUse: noteSession, now })

  async function whoSent(req: CredentialRequest): Promise<Principal> {
    const credential = bearerOf(req)
    if (credential !== undefined) return bearers.byCredential(credential, addressOf(req))
    const cookie = sessionTokenOf(req)
    if (cookie !== undefined) return bySession.byCookie(req, cookie)
    throw new Problem('unauthorized', 'send Authorization: Bearer <PAK or JWT>', {
      headers: { 'WWW-Authenticate': 'Bearer realm="logboom"' },
    })
  }

  async function byTicket(req: CredentialRequest, ticket: string): Promise<Principal> {
    if (!tickets) throw new Problem('unavailable', 'there are no tickets here')
    const principal = await attempts.count(addressOf(req), () => tickets.redeem(ticket))
    if (!principal) throw unauthorized('the ticket is unknown, used or too old')
    return recheck(principal)
  }

  async function recheck(principal: Principal): Promise<Principal> {
    const { session, expiresAtMs, pakId } = principal
    if (session !== undefined) return bySession.byHash(session)
    if (expiresAtMs !== null && expiresAtMs <= now())
      throw unauthorized('the credential has expired', 'token_expired')
    return pakId === null ? principal : { ...(await byPakId(pakId)), expiresAtMs }
  }

  return {
    authenticate: async (req) => namedInLog(await whoSent(req)),
    authenticatePak: async (req, pak) => namedInLog(await bearers.byPak(pak, addressOf(req))),
    async authenticateFollower(req) {
      const ticket = bearerOf(req) === undefined ? ticketOf(req) : undefined
      return namedInLog(ticket === undefined ? await whoSent(req) : await byTicket(req, ticket))
    },
    recheck,
  }
}

function namedInLog(principal: Principal): Principal {
  const { subject } = principal
  addLogContext(principal.kind === 'agent' ? { subject, agentId: principal.agentId } : { subject })
  return principal
}

/** Undefined for another scheme as well: a proxy in front of the explorer may have its own. */
function bearerOf({ headers }: CredentialRequest): string | undefined {
  return /^bearer +([^\s,]+)$/i.exec(headers.authorization ?? '')?.[1]
}

function ticketOf({ url = '' }: CredentialRequest): string | undefined {
  const query = url.indexOf('?')
  return new URLSearchParams(query < 0 ? '' : url.slice(query)).get('ticket') ?? undefined
}
