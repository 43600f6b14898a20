import type { AddressLimit } from './address-limit.ts'
import type { CredentialCache } from './credential-cache.ts'
import { issuerOf } from './jwt-checks.ts'
import type { OidcVerifier } from './oidc.ts'
import { longMatches, parsePak } from './pak.ts'
import { principalOf, unauthorized } from './principal.ts'
import type { PakRecord, Principal } from './principal.ts'
import type { TokenVerifier } from './tokens.ts'

export interface BearerAuthOptions {
  cache: CredentialCache
  tokens: TokenVerifier | undefined
  oidc: Pick<OidcVerifier, 'knows' | 'verify'> | undefined
  attempts: AddressLimit
  noteUse: (pakId: string) => void
  now: () => number
}

export interface BearerAuth {
  /** The holder of a PAK or a JWT. @throws {Problem} 401, 403, 429, 503 */
  byCredential(credential: string, address: string): Promise<Principal>
  /** The holder of a PAK alone. */
  byPak(text: string, address: string): Promise<Principal>
  /** The holder of a key as it is now, who showed something that was made from it. @throws {Problem} 401, 503 */
  byPakId(pakId: string): Promise<Principal>
}

export function createBearerAuth(options: BearerAuthOptions): BearerAuth {
  const { cache, tokens, oidc, attempts, noteUse, now } = options

  async function byPak(text: string, address: string): Promise<Principal> {
    const pak = parsePak(text)
    if (!pak) throw unauthorized('this is no PAK')
    const look = () => cache.byShort(pak.short)
    const record = cache.knows(pak.short) ? await look() : await attempts.count(address, look)
    if (!record) throw unauthorized('the credential is not known')
    if (longMatches(pak.long, record.longHash)) return principalNow(record)
    attempts.take(address)
    throw unauthorized('the credential is not known')
  }

  async function byJwt(jwt: string): Promise<Principal> {
    const issuer = issuerOf(jwt)
    if (tokens && issuer === tokens.issuer) {
      const { pakId, expiresAtMs } = await tokens.verify(jwt)
      return { ...(await byPakId(pakId)), expiresAtMs }
    }
    if (oidc?.knows(issuer)) return oidc.verify(jwt)
    throw unauthorized('the issuer of this token is not known')
  }

  async function byPakId(pakId: string): Promise<Principal> {
    const record = await cache.byId(pakId)
    if (!record) throw unauthorized('the credential behind this one does not exist')
    return principalNow(record)
  }

  function principalNow(record: PakRecord): Principal {
    const principal = principalOf(record, now())
    noteUse(record.pakId)
    return principal
  }

  return {
    byCredential: (credential, address) =>
      parsePak(credential) ? byPak(credential, address) : byJwt(credential),
    byPak,
    byPakId,
  }
}
