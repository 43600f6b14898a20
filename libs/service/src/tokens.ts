import { Problem } from '@logboom/contracts'
import { SignJWT, errors, importJWK, jwtVerify } from 'jose'
import type { CryptoKey, JWK, JWTVerifyGetKey } from 'jose'
import { available, verified } from './jwt-checks.ts'
import { unauthorized } from './principal.ts'
import type { Principal } from './principal.ts'
import { createRefreshed } from './refreshed.ts'
import type { SigningKey } from './signing-keys.ts'

/** Checks our own JWTs. What the bearer may do is then asked of its PAK, so that a revocation reaches tokens too. */
export interface TokenVerifier {
  issuer: string
  /** @throws {Problem} 401, or 503 when there is no key to check with */
  verify(jwt: string): Promise<{ pakId: string; subject: string; expiresAtMs: number }>
}

export interface Tokens extends TokenVerifier {
  /** A token for the holder of a PAK. @throws {Problem} 403 for a principal without one */
  sign(
    principal: Pick<Principal, 'kind' | 'pakId' | 'subject'>,
  ): Promise<{ token: string; expiresInS: number }>
  /** The public halves of all live keys, for `/.well-known/jwks.json`. */
  jwks(): Promise<{ keys: JWK[] }>
}

export interface TokensOptions {
  /** The live keys, the signing one first; the others still verify. */
  keys: () => Promise<readonly SigningKey[]>
  issuer: string
  audience?: string
  lifetimeS?: number
  now?: () => number
}

const algorithm = 'EdDSA'

/** Short-lived EdDSA tokens, each naming the PAK that it was made from. Keys are cached for 5 min, longer when they cannot be read. */
export function createTokens(options: TokensOptions): Tokens {
  const { issuer, audience = 'logboom', lifetimeS = 900, now = Date.now } = options
  const keys = createRefreshed({
    what: 'signing keys',
    load: async () => Promise.all((await options.keys()).map(openKey)),
    freshMs: 300_000,
    retryMs: 5_000,
    loadMs: 2_000,
    now,
  })

  const keyOf: JWTVerifyGetKey = async ({ kid }) => {
    const find = (live: readonly LiveKey[]) => live.find((key) => key.kid === kid)?.publicKey
    // Another replica may have begun to sign with a key that is newer than our cache.
    const key = find(await available(keys.get())) ?? find(await available(keys.reload(5_000)))
    if (!key) throw new errors.JWKSNoMatchingKey()
    return key
  }

  return {
    issuer,
    async sign({ pakId, subject, kind }) {
      if (pakId === null) throw new Problem('forbidden', 'only the holder of a PAK can get a token')
      const [key] = await available(keys.get())
      if (!key) throw new Problem('unavailable', 'there is no signing key yet')
      const issuedS = Math.floor(now() / 1000)
      const token = await new SignJWT({ pak: pakId, role: kind })
        .setProtectedHeader({ alg: algorithm, kid: key.kid, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(subject)
        .setIssuedAt(issuedS)
        .setExpirationTime(issuedS + lifetimeS)
        .sign(key.privateKey)
      return { token, expiresInS: lifetimeS }
    },
    async verify(jwt) {
      const checks = { issuer, audience, algorithms: [algorithm], requiredClaims: ['exp', 'sub', 'pak'] }
      const { payload } = await verified(
        jwtVerify(jwt, keyOf, { ...checks, clockTolerance: 5, currentDate: new Date(now()) }),
      )
      if (typeof payload['pak'] !== 'string') throw unauthorized('the token is not valid')
      return { pakId: payload['pak'], subject: payload.sub ?? '', expiresAtMs: (payload.exp ?? 0) * 1000 }
    },
    jwks: async () => ({ keys: (await available(keys.get())).map((key) => key.publicJwk) }),
  }
}

interface LiveKey {
  kid: string
  privateKey: CryptoKey
  publicKey: CryptoKey
  publicJwk: JWK
}

async function openKey({ kid, jwk }: SigningKey): Promise<LiveKey> {
  const { kty, crv, x } = jwk
  if (kty !== 'OKP' || crv !== 'Ed25519' || x === undefined) throw new Error('a signing key is not Ed25519')
  const publicJwk: JWK = { kty, crv, x, kid, alg: algorithm, use: 'sig' }
  return { kid, privateKey: await cryptoKey(jwk), publicKey: await cryptoKey(publicJwk), publicJwk }
}

async function cryptoKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, algorithm)
  if (key instanceof Uint8Array) throw new Error('a signing key is symmetric')
  return key
}
