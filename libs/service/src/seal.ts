import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const secretCharsMin = 32

/**
 * Encrypts a text with AES-256-GCM as `v1.<salt>.<iv>.<ciphertext>.<tag>` (base64url). The key comes from `secret` and
 * `purpose` by HKDF, which does not stretch: hence at least 32 characters of it.
 */
export function sealText(text: string, secret: string, purpose: string): string {
  const salt = randomBytes(16)
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret, salt, purpose), iv)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return ['v1', ...[salt, iv, sealed, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join(
    '.',
  )
}

const shape = /^v1\.[\w-]{22}\.[\w-]{16}\.[\w-]+\.[\w-]{22}$/

/** Whether `sealText` may have made it. */
export function isSealed(text: string): boolean {
  return shape.test(text)
}

/** @throws when it was sealed with another secret or for another purpose, or was changed */
export function openText(sealed: string, secret: string, purpose: string): string {
  const [, salt, iv, text, tag] = sealed.split('.').map((part) => Buffer.from(part, 'base64url'))
  if (!isSealed(sealed) || !salt || !iv || !text || !tag) throw new Error('not a sealed text')
  const decipher = createDecipheriv('aes-256-gcm', keyOf(secret, salt, purpose), iv).setAuthTag(tag)
  return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')
}

function keyOf(secret: string, salt: Buffer, purpose: string): Buffer {
  if (secret.length < secretCharsMin)
    throw new Error(`the signing key secret needs ${secretCharsMin} characters or more`)
  return Buffer.from(hkdfSync('sha256', secret, salt, purpose, 32))
}
