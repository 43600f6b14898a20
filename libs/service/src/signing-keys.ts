import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import type { JWK } from 'jose'
import { z } from 'zod'
import { isSealed, openText, sealText } from './seal.ts'

/** A private Ed25519 key that signs our tokens. */
export interface SigningKey {
  kid: string
  jwk: JWK
}

const PrivateJwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  d: z.string(),
})

const purpose = 'logboom signing key'

/** A new key: what to store, never in the clear. `kid` is its RFC 7638 thumbprint. */
export async function generateSigningKey(secret: string): Promise<{ kid: string; sealed: string }> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const jwk = await exportJWK(privateKey)
  return { kid: await calculateJwkThumbprint(jwk), sealed: sealPrivateKey(jwk, secret) }
}

/** Encrypts a private JWK, see `sealText`. */
export function sealPrivateKey(jwk: JWK, secret: string): string {
  return sealText(JSON.stringify(jwk), secret, purpose)
}

/** @throws when it was sealed with another secret, was changed, or is no Ed25519 key */
export function openPrivateKey(sealed: string, secret: string): JWK {
  if (!isSealed(sealed)) throw new Error('not a sealed signing key')
  try {
    return PrivateJwk.parse(JSON.parse(openText(sealed, secret, purpose)))
  } catch (cause) {
    throw new Error('the signing key cannot be opened: it was sealed with another secret', { cause })
  }
}
