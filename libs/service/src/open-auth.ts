import { oidcIssuersOf } from './api-config.ts'
import type { ApiConfig } from './api-config.ts'
import { createAuthenticator } from './authenticate.ts'
import type { Authenticator } from './authenticate.ts'
import { createCredentialCache } from './credential-cache.ts'
import type { CredentialCache } from './credential-cache.ts'
import { createOidcVerifier } from './oidc.ts'
import type { OidcVerifier } from './oidc.ts'
import type { PakRecord } from './principal.ts'
import { createSessions } from './sessions.ts'
import type { SessionRecord, Sessions } from './sessions.ts'
import type { SigningKey } from './signing-keys.ts'
import { createTickets } from './tickets.ts'
import type { TicketPlace, Tickets } from './tickets.ts'
import { createTokens } from './tokens.ts'
import type { Tokens } from './tokens.ts'

/** What the credentials of both APIs are looked up by. */
export interface CredentialLookups {
  findPak: (by: { short: string } | { id: string }) => Promise<PakRecord | null>
  /** The live keys of our own tokens, the signing one first. */
  signingKeys: () => Promise<SigningKey[]>
  touchPak: (pakId: string) => Promise<unknown>
  findSession: (tokenHash: string) => Promise<SessionRecord | null>
  touchSession: (tokenHash: string) => Promise<unknown>
  /** Null: without a Redis there are no tickets. */
  ticketPlace: TicketPlace | null
  isUnavailable: (error: unknown) => boolean
}

export interface Auth<Cache extends CredentialCache = CredentialCache> {
  authenticator: Authenticator
  credentials: Cache
  sessions: Sessions
  oidc: OidcVerifier
  tickets: Tickets
  tokens: Tokens
}

/** The `iss` of our own tokens. */
const issuer = 'logboom'

/** Puts together how an API knows who asks: PAKs, sessions, our own tokens and those of a configured OIDC issuer. */
export function openAuth<Cache extends CredentialCache = CredentialCache>(
  config: ApiConfig,
  lookups: CredentialLookups,
  wrap: (cache: CredentialCache) => Cache,
): Auth<Cache> {
  const credentials = wrap(
    createCredentialCache({
      findByShort: (short) => lookups.findPak({ short }),
      findById: (id) => lookups.findPak({ id }),
      isUnavailable: lookups.isUnavailable,
    }),
  )
  const { isUnavailable } = lookups
  const sessions = createSessions({ find: lookups.findSession, isUnavailable })
  const tokens = createTokens({ issuer, keys: lookups.signingKeys })
  const tickets = createTickets({ place: lookups.ticketPlace, secret: config.SIGNING_KEY_SECRET })
  const oidc = createOidcVerifier({ issuers: oidcIssuersOf(config) })
  const authenticator = createAuthenticator({
    cache: credentials,
    sessions,
    tokens,
    tickets,
    oidc,
    onUsed: lookups.touchPak,
    onSessionUsed: lookups.touchSession,
  })
  return { authenticator, credentials, oidc, sessions, tickets, tokens }
}
