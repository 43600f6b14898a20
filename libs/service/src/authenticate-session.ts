import type { AddressLimit } from './address-limit.ts'
import type { OidcVerifier } from './oidc.ts'
import { unauthorized } from './principal.ts'
import type { Principal } from './principal.ts'
import { requireSameOrigin } from './same-origin.ts'
import { isSafe, requireCsrfToken } from './session-cookie.ts'
import type { CredentialRequest } from './session-cookie.ts'
import { hashSessionToken } from './sessions.ts'
import type { SessionRecord, Sessions, SignedInUser } from './sessions.ts'

export interface SessionAuthOptions {
  sessions: Sessions
  /** The holder of a key as it is now. @throws {Problem} 401 */
  byPakId: (pakId: string) => Promise<Principal>
  oidc: Pick<OidcVerifier, 'knows'> | undefined
  attempts: AddressLimit
  noteUse: (tokenHash: string) => void
  now: () => number
}

export interface SessionAuth {
  /** Who is signed in in the browser that sends this. @throws {Problem} 401, 403, 429, 503 */
  byCookie(req: CredentialRequest, token: string): Promise<Principal>
  /** Who it is now. @throws {Problem} 401, 503 */
  byHash(tokenHash: string): Promise<Principal>
}

export function createSessionAuth(options: SessionAuthOptions): SessionAuth {
  const { sessions, byPakId, oidc, attempts, noteUse, now } = options

  async function principalOf(record: SessionRecord | null): Promise<Principal> {
    if (!record) throw unauthorized('the session has ended')
    const { owner, tokenHash: session, expiresAtMs } = record
    if (expiresAtMs <= now()) throw unauthorized('the session has ended', 'token_expired')
    if ('issuer' in owner && !oidc?.knows(owner.issuer))
      throw unauthorized('the issuer of this session is not known')
    const principal = 'issuer' in owner ? userOf(owner) : await byPakId(owner.pakId)
    noteUse(session)
    return { ...principal, session, expiresAtMs }
  }

  return {
    async byCookie(req, token) {
      const tokenHash = hashSessionToken(token)
      if (tokenHash === null) throw unauthorized('there is no such session')
      const look = () => sessions.find(tokenHash)
      const record = sessions.knows(tokenHash) ? await look() : await attempts.count(addressOf(req), look)
      const principal = await principalOf(record)
      // The cookie comes by itself, whoever made the browser send this; of what only reads, nobody else gets the answer.
      if (!isSafe(req) || req.headers.upgrade !== undefined) requireSameOrigin(req)
      requireCsrfToken(req, token)
      return principal
    },
    byHash: async (tokenHash) => principalOf(await sessions.find(tokenHash)),
  }
}

/** Behind a proxy that is trusted, the client's own. */
export function addressOf({ ip, socket }: CredentialRequest): string {
  return ip ?? socket.remoteAddress ?? ''
}

function userOf({ subject, kind, scopeAgents, label }: SignedInUser): Principal {
  const caller = { pakId: null, subject: `oidc:${subject}`, label, expiresAtMs: null }
  return kind === 'admin' ? { kind, ...caller } : { kind, agents: scopeAgents, namespaces: null, ...caller }
}
