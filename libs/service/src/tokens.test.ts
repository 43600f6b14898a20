import { SignJWT, UnsecuredJWT, base64url, decodeJwt, generateKeyPair, importJWK } from 'jose'
import { expect, test } from 'vitest'
import { createClock } from './auth-fixture.ts'
import { generateSigningKey, openPrivateKey } from './signing-keys.ts'
import type { SigningKey } from './signing-keys.ts'
import { createTokens } from './tokens.ts'

const secret = 'a secret of more than thirty-two characters'
const holder = { kind: 'admin', pakId: 'pak-1', subject: 'pak:pak-1' } as const

async function createKey(): Promise<SigningKey> {
  const { kid, sealed } = await generateSigningKey(secret)
  return { kid, jwk: openPrivateKey(sealed, secret) }
}

async function createIssuer() {
  const clock = createClock()
  const state = { keys: [await createKey()], away: false, loads: 0 }
  const keys = async () => {
    state.loads += 1
    if (state.away) throw new Error('no connection')
    return state.keys
  }
  return { tokens: createTokens({ keys, issuer: 'logboom', now: clock.now }), clock, state }
}

test('a token names its PAK for 15 min and holds nothing secret', async () => {
  const { tokens, clock } = await createIssuer()
  const { token } = await tokens.sign(holder)
  const expiresAtMs = clock.now() + 900_000
  expect(await tokens.verify(token)).toEqual({ pakId: 'pak-1', subject: 'pak:pak-1', expiresAtMs })
  expect(Object.keys(decodeJwt(token)).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'pak', 'role', 'sub'])
  clock.pass(906_000)
  await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'token_expired' })
})

test('who has no PAK gets no token', async () => {
  const { tokens } = await createIssuer()
  await expect(tokens.sign({ ...holder, pakId: null })).rejects.toMatchObject({ status: 403 })
})

test('the public set shows no private half', async () => {
  const { tokens } = await createIssuer()
  const { keys } = await tokens.jwks()
  expect(keys).toEqual([
    { kty: 'OKP', crv: 'Ed25519', x: expect.any(String), kid: expect.any(String), alg: 'EdDSA', use: 'sig' },
  ])
})

interface Forgery {
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
}

const forgeries: [string, Forgery][] = [
  ['no kid', { header: { kid: undefined } }],
  ['an unknown kid', { header: { kid: 'another' } }],
  ['another issuer', { claims: { iss: 'elsewhere' } }],
  ['another audience', { claims: { aud: 'elsewhere' } }],
  ['no audience', { claims: { aud: undefined } }],
  ['no expiry', { claims: { exp: undefined } }],
  ['no PAK', { claims: { pak: undefined } }],
  ['a PAK that is no text', { claims: { pak: { $ne: '' } } }],
  ['an unknown critical header', { header: { crit: ['x'], x: 1 } }],
]

test.each(forgeries)('a token that we signed with %s is refused', async (_what, { header, claims }) => {
  const { tokens, clock, state } = await createIssuer()
  const [key] = state.keys
  if (!key) throw new Error('no key')
  const atS = clock.now() / 1000
  const token = await new SignJWT({
    iss: 'logboom',
    aud: 'logboom',
    sub: 'x',
    pak: 'pak-1',
    iat: atS,
    exp: atS + 60,
    ...claims,
  })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, ...header })
    .sign(await importJWK(key.jwk, 'EdDSA'), { crit: { x: false } })
  await expect(tokens.verify(token)).rejects.toMatchObject({ status: 401, code: 'unauthorized' })
})

test('a token without a signature, with the algorithm none, or changed by one character is refused', async () => {
  const { tokens } = await createIssuer()
  const { token } = await tokens.sign(holder)
  const claims = decodeJwt(token)
  const [head = '', body = '', signature = ''] = token.split('.')
  const otherBody = base64url.encode(JSON.stringify({ ...claims, pak: 'pak-2' }))
  const noneHead = base64url.encode(JSON.stringify({ alg: 'none' }))
  const forged = [
    new UnsecuredJWT(claims).encode(),
    `${noneHead}.${body}.${signature}`,
    `${head}.${body}.`,
    `${head}.${otherBody}.${signature}`,
    `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
  ]
  for (const jwt of forged) await expect(tokens.verify(jwt)).rejects.toMatchObject({ status: 401 })
})

test('the public key is not taken for an HMAC secret', async () => {
  const { tokens } = await createIssuer()
  const { token } = await tokens.sign(holder)
  const [publicKey] = (await tokens.jwks()).keys
  for (const text of [JSON.stringify(publicKey), publicKey?.x ?? '']) {
    const forged = await new SignJWT(decodeJwt(token))
      .setProtectedHeader({ alg: 'HS256', kid: publicKey?.kid ?? '' })
      .sign(new TextEncoder().encode(text.padEnd(32, '=')))
    await expect(tokens.verify(forged)).rejects.toMatchObject({ status: 401 })
  }
})

test("another's key under our kid is refused", async () => {
  const { tokens, state } = await createIssuer()
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' })
  const forged = await new SignJWT({ ...decodeJwt((await tokens.sign(holder)).token) })
    .setProtectedHeader({ alg: 'EdDSA', kid: state.keys[0]?.kid ?? '' })
    .sign(privateKey)
  await expect(tokens.verify(forged)).rejects.toMatchObject({ status: 401 })
})

test('tokens of the old key work beside those of the new one, and a key that another replica made is found', async () => {
  const { tokens, clock, state } = await createIssuer()
  const old = await tokens.sign(holder)
  state.keys = [await createKey(), ...state.keys]
  const other = createTokens({ keys: async () => state.keys, issuer: 'logboom', now: clock.now })
  const fresh = await other.sign(holder)
  clock.pass(5_000)
  expect(await tokens.verify(fresh.token)).toMatchObject({ pakId: 'pak-1' })
  expect(await tokens.verify(old.token)).toMatchObject({ pakId: 'pak-1' })
  expect((await tokens.jwks()).keys).toHaveLength(2)
})

test('a key that was withdrawn is refused after 5 min', async () => {
  const { tokens, clock, state } = await createIssuer()
  const { token } = await tokens.sign(holder)
  state.keys = [await createKey()]
  clock.pass(300_000)
  await expect(tokens.verify(token)).rejects.toMatchObject({ status: 401 })
})

test('made-up kids make us read the keys once in 5 s, not each time', async () => {
  const { tokens, clock, state } = await createIssuer()
  const { token } = await tokens.sign(holder)
  const [, body, signature] = token.split('.')
  for (let made = 0; made < 50; made += 1) {
    const head = base64url.encode(JSON.stringify({ alg: 'EdDSA', kid: `made-up-${made}` }))
    await expect(tokens.verify(`${head}.${body}.${signature}`)).rejects.toMatchObject({ status: 401 })
    clock.pass(100)
  }
  expect(state.loads).toBe(1)
})

test('keys are kept while they cannot be read; without any, a token is a 503 and not a 401', async () => {
  const { tokens, clock, state } = await createIssuer()
  const { token } = await tokens.sign(holder)
  state.away = true
  clock.pass(400_000)
  expect(await tokens.verify(token)).toMatchObject({ pakId: 'pak-1' })
  const empty = createTokens({
    keys: () => Promise.reject(new Error('no connection')),
    issuer: 'logboom',
    now: clock.now,
  })
  await expect(empty.verify(token)).rejects.toMatchObject({ status: 503 })
  await expect(empty.sign(holder)).rejects.toMatchObject({ status: 503 })
})
