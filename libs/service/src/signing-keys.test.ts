import { expect, test } from 'vitest'
import { generateSigningKey, openPrivateKey, sealPrivateKey } from './signing-keys.ts'

const secret = 'a secret of more than thirty-two characters'

test('a sealed key opens with its secret and with no other', async () => {
  const { sealed } = await generateSigningKey(secret)
  expect(openPrivateKey(sealed, secret)).toMatchObject({ kty: 'OKP', crv: 'Ed25519', d: expect.any(String) })
  expect(() => openPrivateKey(sealed, secret.toUpperCase())).toThrow('another secret')
})

test('the sealed form shows nothing of the key and differs each time', async () => {
  const { sealed } = await generateSigningKey(secret)
  const jwk = openPrivateKey(sealed, secret)
  expect(sealPrivateKey(jwk, secret)).not.toBe(sealPrivateKey(jwk, secret))
  expect(sealed).not.toContain(jwk.d)
  expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('Ed25519')
})

test('a sealed key that was changed anywhere does not open', async () => {
  const { sealed } = await generateSigningKey(secret)
  const parts = sealed.split('.')
  for (const place of [1, 2, 3, 4]) {
    const part = parts[place] ?? ''
    const changed = parts.with(place, `${part.startsWith('A') ? 'B' : 'A'}${part.slice(1)}`)
    expect(() => openPrivateKey(changed.join('.'), secret)).toThrow('another secret')
  }
  expect(() => openPrivateKey(parts.with(4, '').join('.'), secret)).toThrow('not a sealed')
  expect(() => openPrivateKey(parts.with(0, 'v2').join('.'), secret)).toThrow('not a sealed')
})

test('a short secret is refused, and what was sealed must be an Ed25519 key', async () => {
  await expect(generateSigningKey('short')).rejects.toThrow('32 characters')
  expect(() => openPrivateKey(sealPrivateKey({ kty: 'oct', k: 'x' }, secret), secret)).toThrow(
    'cannot be opened',
  )
})
