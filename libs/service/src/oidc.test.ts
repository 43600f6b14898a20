import { SignJWT, UnsecuredJWT, exportJWK, exportSPKI, generateKeyPair } from 'jose'
import type { JWK } from 'jose'
import { expect, test } from 'vitest'
import { createClock, serve } from './auth-fixture.ts'
import { createOidcVerifier } from './oidc.ts'
import type { OidcIssuer } from './oidc.ts'

async function createKey(kid: string) {
  const pair = await generateKeyPair('RS256', { extractable: true })
  return {
    kid,
    ...pair,
    jwk: { ...(await exportJWK(pair.publicKey)), kid, alg: 'RS256', use: 'sig' } satisfies JWK,
  }
}

const rsa = await createKey('k1')
const otherRsa = await createKey('k2')
const agentId = '6f1c0a52-7d0e-4a4e-9a39-0a1f6a3f7c11'

/** An issuer with a key set that can change, a server that can be away, and a clock. */
async function startIssuer(changes: Partial<OidcIssuer> = {}) {
  const keys: JWK[] = [rsa.jwk]
  const state = { keys, status: 200, body: '', asked: 0 }
  const http = await serve((req, res) => {
    state.asked += 1
    if (state.status === 302 && req.url === '/keys')
      return void res.writeHead(302, { Location: '/elsewhere' }).end()
    if (req.url === '/elsewhere') state.status = 200
    res.statusCode = state.status
    res.end(state.body || JSON.stringify({ keys: state.keys }))
  })
  const clock = createClock()
  const issuer: OidcIssuer = {
    issuer: 'https://login.example',
    audience: 'logboom',
    jwksUrl: `${http.url}/keys`,
    roleClaim: 'realm_access.roles',
    adminValues: ['boss'],
    readerValues: ['viewer'],
    ...changes,
  }
  const verifier = createOidcVerifier({ issuers: [issuer], now: clock.now })
  const sign = (claims: Record<string, unknown> = {}, key = rsa) => {
    const atS = Math.floor(clock.now() / 1000)
    const standard = { iss: 'https://login.example', aud: 'logboom', sub: 'ann', iat: atS, exp: atS + 300 }
    return new SignJWT({ ...standard, realm_access: { roles: ['boss'] }, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: key.kid })
      .sign(key.privateKey)
  }
  return { verifier, sign, clock, state, http, [Symbol.asyncDispose]: () => http[Symbol.asyncDispose]() }
}

test('a role of the token makes its bearer an admin or a reader, and none is a 403', async () => {
  await using oidc = await startIssuer()
  const verify = async (claims: Record<string, unknown>) => oidc.verifier.verify(await oidc.sign(claims))
  expect(await verify({ name: '', email: 'ann@example.org' })).toEqual({
    kind: 'admin',
    pakId: null,
    subject: 'oidc:ann',
    label: 'ann@example.org',
    expiresAtMs: oidc.clock.now() + 300_000,
  })
  expect(await verify({ realm_access: { roles: ['x', 'viewer'] } })).toMatchObject({
    kind: 'reader',
    agents: null,
  })
  for (const claims of [
    { realm_access: { roles: ['x'] } },
    { realm_access: 'boss' },
    { realm_access: { roles: [['boss']] } },
  ]) {
    await expect(verify(claims)).rejects.toMatchObject({ status: 403 })
  }
})

test('the role may be one text, and its claim may have dots in its name', async () => {
  await using oidc = await startIssuer({ roleClaim: 'https://logboom.example/role' })
  const token = await oidc.sign({ 'https://logboom.example/role': 'viewer' })
  expect(await oidc.verifier.verify(token)).toMatchObject({ kind: 'reader' })
})

test('a claim cannot be found in what every object inherits', async () => {
  await using oidc = await startIssuer({ roleClaim: 'constructor.name', adminValues: ['Object'] })
  await expect(oidc.verifier.verify(await oidc.sign())).rejects.toMatchObject({ status: 403 })
})

test('a reader sees the agents of its claim, and none when the claim is absent', async () => {
  await using oidc = await startIssuer({ agentsClaim: 'agents' })
  const viewer = { realm_access: { roles: ['viewer'] } }
  const agents = [agentId.toUpperCase(), 7]
  expect(await oidc.verifier.verify(await oidc.sign({ ...viewer, agents }))).toMatchObject({
    agents: [agentId],
  })
  expect(await oidc.verifier.verify(await oidc.sign(viewer))).toMatchObject({ agents: [] })
})

test.each<[unknown, string[]]>([
  [['team-a', '', '%', `${agentId} `, `{${agentId}}`, agentId], [agentId]],
  [['team-a'], []],
  ['team-a', []],
  [agentId, [agentId]],
])('of the agents %j in its claim a reader keeps the UUIDs %j', async (agents, kept) => {
  await using oidc = await startIssuer({ agentsClaim: 'agents' })
  const token = await oidc.sign({ realm_access: { roles: ['viewer'] }, agents })
  expect(await oidc.verifier.verify(token)).toMatchObject({ kind: 'reader', agents: kept })
})

test.each<[string, Record<string, unknown>, string]>([
  ['for another audience', { aud: 'elsewhere' }, 'unauthorized'],
  ['of another issuer', { iss: 'https://evil.example' }, 'unauthorized'],
  ['that has expired', { exp: 1_600_000_000 }, 'token_expired'],
  ['that is not valid yet', { nbf: 1_800_000_000 }, 'unauthorized'],
  ['that never expires', { exp: undefined }, 'unauthorized'],
  ['of nobody', { sub: undefined }, 'unauthorized'],
  ['of null', { sub: null }, 'unauthorized'],
  ['of somebody without a name', { sub: '' }, 'unauthorized'],
  ['of something that is no text', { sub: { a: 1 } }, 'unauthorized'],
])('a token %s is refused', async (_what, claims, code) => {
  await using oidc = await startIssuer()
  await expect(oidc.verifier.verify(await oidc.sign(claims))).rejects.toMatchObject({ status: 401, code })
})

test('algorithm none, a changed token, and HMAC with the public key are refused', async () => {
  await using oidc = await startIssuer()
  const token = await oidc.sign()
  const claims = {
    iss: 'https://login.example',
    aud: 'logboom',
    sub: 'ann',
    exp: oidc.clock.now() / 1000 + 60,
    realm_access: { roles: ['boss'] },
  }
  const hmac = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
    .sign(new TextEncoder().encode(await exportSPKI(rsa.publicKey)))
  const wrongKey = await oidc.sign({}, { ...otherRsa, kid: 'k1' })
  const swapped = token
    .split('.')
    .with(1, hmac.split('.')[1] ?? '')
    .join('.')
  for (const forged of [new UnsecuredJWT(claims).encode(), hmac, wrongKey, swapped, 'a.b.c', '']) {
    await expect(oidc.verifier.verify(forged)).rejects.toMatchObject({ status: 401 })
  }
})

test("a symmetric key in the issuer's set opens nothing", async () => {
  await using oidc = await startIssuer()
  const k = Buffer.from('0'.repeat(32))
  oidc.state.keys = [{ kty: 'oct', k: k.toString('base64url'), kid: 'k1', alg: 'HS256', use: 'sig' }]
  const atS = oidc.clock.now() / 1000
  const token = await new SignJWT({ iss: 'https://login.example', aud: 'logboom', sub: 'ann', exp: atS + 60 })
    .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
    .sign(k)
  await expect(oidc.verifier.verify(token)).rejects.toMatchObject({ status: 401 })
})

test('keys are fetched once and kept for more than 5 min', async () => {
  await using oidc = await startIssuer()
  for (let minute = 0; minute < 9; minute += 1) {
    await oidc.verifier.verify(await oidc.sign())
    oidc.clock.pass(60_000)
  }
  expect(oidc.state.asked).toBe(1)
})

test('a rotated key is found at once, and made-up kids make us ask twice a minute at most', async () => {
  await using oidc = await startIssuer()
  await oidc.verifier.verify(await oidc.sign())
  oidc.state.keys = [otherRsa.jwk]
  oidc.clock.pass(30_000)
  expect(await oidc.verifier.verify(await oidc.sign({}, otherRsa))).toMatchObject({ kind: 'admin' })
  for (let made = 0; made < 20; made += 1) {
    await expect(
      oidc.verifier.verify(await oidc.sign({}, { ...rsa, kid: `made-up-${made}` })),
    ).rejects.toMatchObject({ status: 401 })
  }
  expect(oidc.state.asked).toBe(2)
})

test('while the issuer is down its keys are kept, however long', async () => {
  await using oidc = await startIssuer()
  await oidc.verifier.verify(await oidc.sign())
  oidc.state.status = 500
  oidc.clock.pass(86_400_000)
  expect(await oidc.verifier.verify(await oidc.sign())).toMatchObject({ kind: 'admin' })
})

test.each<[string, number, string]>([
  ['is down', 503, ''],
  ['sends something else', 200, '<html>'],
  ['sends another shape', 200, '{"keys":{}}'],
  ['sends megabytes', 200, JSON.stringify({ keys: [], padding: 'x'.repeat(300_000) })],
  ['sends us elsewhere', 302, ''],
])(
  'an issuer that %s before we have its keys makes a 503, and it is asked again later',
  async (_what, status, body) => {
    await using oidc = await startIssuer()
    Object.assign(oidc.state, { status, body })
    await expect(oidc.verifier.verify(await oidc.sign())).rejects.toMatchObject({ status: 503 })
    Object.assign(oidc.state, { status: 200, body: '' })
    oidc.clock.pass(30_000)
    expect(await oidc.verifier.verify(await oidc.sign())).toMatchObject({ kind: 'admin' })
  },
)

test('keys are not fetched in the clear beyond loopback', () => {
  const issuer = {
    issuer: 'x',
    audience: 'x',
    jwksUrl: 'http://login.example/keys',
    roleClaim: 'r',
    adminValues: [],
    readerValues: [],
  }
  expect(() => createOidcVerifier({ issuers: [issuer] })).toThrow('https')
})
