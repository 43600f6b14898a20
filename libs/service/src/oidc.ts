import { cleanText, Problem } from '@logboom/contracts'
import { createLocalJWKSet, errors, jwtVerify } from 'jose'
import type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import { fetchJson, safeUrl } from './fetch-json.ts'
import { available, issuerOf, verified } from './jwt-checks.ts'
import { unauthorized } from './principal.ts'
import type { Principal } from './principal.ts'
import { createRefreshed } from './refreshed.ts'

export interface OidcIssuer {
  /** Exactly as in the `iss` claim. */
  issuer: string
  audience: string
  jwksUrl: string
  /** Name of the claim with the roles: a name as it stands, or a path such as `realm_access.roles`. */
  roleClaim: string
  adminValues: readonly string[]
  readerValues: readonly string[]
  /**
   * Name of the claim with the agent ids that a reader may read; absent from a token = none, and what is no UUID names
   * no agent. Not set = all agents.
   */
  agentsClaim?: string
}

export interface OidcVerifier {
  knows(issuer: string): boolean
  /** @throws {Problem} 401 · 403 for a user without a role here · 503 when the issuer's keys cannot be had */
  verify(jwt: string): Promise<Principal>
  /** The user of an ID token that we asked this issuer for. @throws {Problem} the same */
  verifyIdToken(
    jwt: string,
    expected: { issuer: string; clientId: string; nonce: string },
  ): Promise<Principal>
}

export interface OidcOptions {
  issuers: readonly OidcIssuer[]
  fetch?: typeof fetch
  now?: () => number
}

/** Tokens of a fixed list of issuers; no address is ever taken from a token. */
export function createOidcVerifier({
  issuers,
  fetch: fetchKeys = fetch,
  now = Date.now,
}: OidcOptions): OidcVerifier {
  const known = new Map<string, KnownIssuer>(
    issuers.map((issuer) => [issuer.issuer, { ...issuer, keyOf: createKeyFinder(issuer, fetchKeys, now) }]),
  )

  async function claimsOf(
    jwt: string,
    { issuer, keyOf }: KnownIssuer,
    audience: string,
  ): Promise<JWTPayload> {
    const checks = {
      issuer,
      audience,
      algorithms: asymmetric,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: 30,
    }
    const { payload } = await verified(jwtVerify(jwt, keyOf, { ...checks, currentDate: new Date(now()) }))
    // That the claim is there does not say that it names anybody.
    if (typeof payload.sub !== 'string' || payload.sub === '') throw unauthorized('the token is not valid')
    return payload
  }

  return {
    knows: (issuer) => known.has(issuer),
    async verify(jwt) {
      const found = known.get(issuerOf(jwt))
      if (!found) throw unauthorized('the issuer of this token is not known')
      return principalByRole(await claimsOf(jwt, found, found.audience), found)
    },
    async verifyIdToken(jwt, { issuer, clientId, nonce }) {
      const found = known.get(issuer)
      if (!found) throw unauthorized('the issuer of this token is not known')
      const claims = await claimsOf(jwt, found, clientId)
      // Of a token for several parties, `azp` is the one that asked for it (OpenID Connect Core §3.1.3.7).
      const isForUs = claims['nonce'] === nonce && (claims['azp'] ?? clientId) === clientId
      if (!isForUs) throw unauthorized('the token was made for another sign-in')
      return principalByRole(claims, found)
    },
  }
}

interface KnownIssuer extends OidcIssuer {
  keyOf: JWTVerifyGetKey
}

/** No HMAC: with it, an issuer's public key could be used as the shared secret of a forged token. */
const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

function createKeyFinder(
  { jwksUrl }: OidcIssuer,
  fetchKeys: typeof fetch,
  now: () => number,
): JWTVerifyGetKey {
  const url = safeUrl(jwksUrl, 'JWKS URL')
  const keys = createRefreshed({
    what: 'keys of the OIDC issuer',
    load: async () => createLocalJWKSet(await fetchJwks(url, fetchKeys)),
    freshMs: 600_000,
    retryMs: 30_000,
    loadMs: 5_000,
    now,
  })
  return async (header, token) => {
    try {
      return await (
        await available(keys.get())
      )(header, token)
    } catch (err) {
      if (!(err instanceof errors.JWKSNoMatchingKey)) throw err
      // The issuer may have rotated its keys; tokens with made-up kids make us ask twice a minute at most.
      return (await available(keys.reload(30_000)))(header, token)
    }
  }
}

const Jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) })

async function fetchJwks(url: URL, fetchKeys: typeof fetch): Promise<JSONWebKeySet> {
  const { status, body } = await fetchJson(url, fetchKeys)
  if (status !== 200) throw new Error(`the OIDC issuer answered ${status}`)
  return Jwks.parse(body)
}

function principalByRole(payload: JWTPayload, issuer: OidcIssuer): Principal {
  const caller = {
    pakId: null,
    subject: `oidc:${payload.sub ?? ''}`,
    label: nameOf(payload),
    expiresAtMs: (payload.exp ?? 0) * 1000,
  }
  const roles = textsAt(payload, issuer.roleClaim)
  if (roles.some((role) => issuer.adminValues.includes(role))) return { kind: 'admin', ...caller }
  if (!roles.some((role) => issuer.readerValues.includes(role))) {
    throw new Problem('forbidden', 'this user has no role in Logboom')
  }
  const agents = issuer.agentsClaim === undefined ? null : agentIdsAt(payload, issuer.agentsClaim)
  return { kind: 'reader', agents, namespaces: null, ...caller }
}

const labelCharsMax = 253

/** What people call the user; the standard claims (OpenID Connect Core §5.1), the most telling first. */
function nameOf(payload: JWTPayload): string {
  const names = ['name', 'preferred_username', 'email', 'sub'].map((claim) => payload[claim])
  const name = names.find((one): one is string => typeof one === 'string' && one !== '') ?? ''
  return cleanText(name.slice(0, labelCharsMax))
}

const AgentId = z.guid()

/** Issuers put what they like into a claim; PostgreSQL would refuse the whole query for one text that is no UUID. */
function agentIdsAt(payload: JWTPayload, name: string): string[] {
  return textsAt(payload, name)
    .filter((text) => AgentId.safeParse(text).success)
    .map((id) => id.toLowerCase())
}

/** The text, or the list of texts, of a claim. Names may hold dots (`https://…`), so the whole name is tried first. */
function textsAt(payload: JWTPayload, name: string): string[] {
  const found: unknown = Object.hasOwn(payload, name)
    ? payload[name]
    : name.split('.').reduce(memberOf, payload)
  const list: unknown[] = Array.isArray(found) ? found : [found]
  return list.filter((item) => typeof item === 'string')
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return Object.entries(value).find(([key]) => key === name)?.[1]
}
