import { Problem } from '@logboom/contracts'
import type { Request } from 'express'
import { createAddressLimit } from './address-limit.ts'
import type { AddressLimitOptions } from './address-limit.ts'
import type { CredentialCache } from './credential-cache.ts'
import { issuerOf } from './jwt-checks.ts'
import { addLogContext } from './log.ts'
import type { OidcVerifier } from './oidc.ts'
import { longMatches, parsePak } from './pak.ts'
import { principalOf, unauthorized } from './principal.ts'
import type { PakRecord, Principal } from './principal.ts'
import { createRecentMap } from './recent-map.ts'
import type { TokenVerifier } from './tokens.ts'

export interface AuthenticatorOptions {
  cache: CredentialCache
  /** Our own JWTs. */
  tokens?: TokenVerifier
  /** JWTs of configured issuers. */
  oidc?: OidcVerifier
  /** Of attempts with unknown credentials, by client address. */
  attempts?: AddressLimitOptions
  /** Told at most once a minute for each key that it is in use. What it throws is ignored: it is a convenience. */
  onUsed?: (pakId: string, atMs: number) => unknown
  now?: () => number
}

/** What routes and forwarders need of it. */
export interface Authenticator {
  /**
   * Who sends this request, by `Authorization: Bearer <PAK or JWT>`.
   * @throws {Problem} 401, 403 for a known user without a role, 429 for guessing, 503 when it cannot be found out
   */
  authenticate(req: Request): Promise<Principal>
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { cache, tokens, oidc, now = Date.now } = options
  const attempts = createAddressLimit({ now, ...options.attempts })
  const noteUse = createUseNotes(options.onUsed, now)

  async function byPak(
    { short, long }: { short: string; long: string },
    address: string,
  ): Promise<Principal> {
    const known = cache.knows(short)
    // Taken while the look-up runs, so that a flood cannot outrun it; only a wrong guess costs it in the end.
    if (!known) attempts.take(address)
    const record = await cache.byShort(short).finally(() => known || attempts.giveBack(address))
    if (!record || !longMatches(long, record.longHash)) {
      attempts.take(address)
      throw unauthorized('the credential is not known')
    }
    return principalNow(record)
  }

  async function byJwt(jwt: string): Promise<Principal> {
    const issuer = issuerOf(jwt)
    if (tokens && issuer === tokens.issuer) {
      const { pakId } = await tokens.verify(jwt)
      const record = await cache.byId(pakId)
      if (!record) throw unauthorized('the credential behind this token does not exist')
      return principalNow(record)
    }
    if (oidc?.knows(issuer)) return oidc.verify(jwt)
    throw unauthorized('the issuer of this token is not known')
  }

  function principalNow(record: PakRecord): Principal {
    const principal = principalOf(record, now())
    noteUse(record.pakId)
    return principal
  }

  return {
    async authenticate(req) {
      const credential = bearerOf(req)
      const pak = parsePak(credential)
      const principal = pak ? await byPak(pak, req.ip ?? '') : await byJwt(credential)
      nameInLog(principal)
      return principal
    },
  }
}

function nameInLog(principal: Principal): void {
  const { subject } = principal
  addLogContext(principal.kind === 'agent' ? { subject, agentId: principal.agentId } : { subject })
}

/** The credential of a request. */
function bearerOf(req: Request): string {
  const [, credential] = /^bearer +([^\s,]+)$/i.exec(req.get('authorization') ?? '') ?? []
  if (credential !== undefined) return credential
  throw new Problem('unauthorized', 'send Authorization: Bearer <PAK or JWT>', {
    headers: { 'WWW-Authenticate': 'Bearer realm="logboom"' },
  })
}

const usedEveryMs = 60_000

function createUseNotes(onUsed: AuthenticatorOptions['onUsed'], now: () => number): (pakId: string) => void {
  const notedAtMs = createRecentMap<number>(50_000)
  return (pakId) => {
    const atMs = now()
    if (!onUsed || atMs - (notedAtMs.get(pakId) ?? -Infinity) < usedEveryMs) return
    notedAtMs.set(pakId, atMs)
    void Promise.resolve()
      .then(() => onUsed(pakId, atMs))
      .catch(() => {})
  }
}
