import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import type { JWK } from 'jose'
import { z } from 'zod'

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

const secretCharsMin = 32

/** A new key: what to store, never in the clear. `kid` is its RFC 7638 thumbprint. */
export async function generateSigningKey(secret: string): Promise<{ kid: string; sealed: string }> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const jwk = await exportJWK(privateKey)
  return { kid: await calculateJwkThumbprint(jwk), sealed: sealPrivateKey(jwk, secret) }
}

/**
 * Encrypts a private JWK with AES-256-GCM as `v1.<salt>.<iv>.<ciphertext>.<tag>` (base64url). The key comes from
 * `secret` by HKDF, which does not stretch: hence at least 32 characters of it.
 */
export function sealPrivateKey(jwk: JWK, secret: string): string {
  const salt = randomBytes(16)
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', sealingKey(secret, salt), iv)
  const text = Buffer.concat([cipher.update(JSON.stringify(jwk), 'utf8'), cipher.final()])
  return ['v1', ...[salt, iv, text, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join('.')
}

/** @throws when it was sealed with another secret, was changed, or is no Ed25519 key */
export function openPrivateKey(sealed: string, secret: string): JWK {
  const [version, ...parts] = sealed.split('.')
  const [salt, iv, text, tag] = parts.map((part) => Buffer.from(part, 'base64url'))
  if (version !== 'v1' || !salt || !iv || !text || tag?.length !== 16)
    throw new Error('not a sealed signing key')
  try {
    const decipher = createDecipheriv('aes-256-gcm', sealingKey(secret, salt), iv).setAuthTag(tag)
    return PrivateJwk.parse(
      JSON.parse(Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')),
    )
  } catch {
    throw new Error('the signing key cannot be opened: it was sealed with another secret')
  }
}

function sealingKey(secret: string, salt: Buffer): Buffer {
  if (secret.length < secretCharsMin)
    throw new Error(`the signing key secret needs ${secretCharsMin} characters or more`)
  return Buffer.from(hkdfSync('sha256', secret, salt, 'logboom signing key', 32))
}
