import { createHash, createSign, generateKeyPairSync, randomUUID } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

export interface TestIssuer {
  /** As in `iss`. */
  url: string
  client: { id: string; secret: string }
  /** Claims of the next user who signs in, besides the standard ones; they may replace those. */
  claims: Record<string, unknown>
  /** Whether a user agrees on a page of its own, from where the browser then comes back. Default: it is sent on at once. */
  asksFirst: boolean
  /** It answers nothing but 500 while this is set. */
  isBroken: boolean
  /** How often it was asked for a token. */
  exchanges: number
  close(): Promise<void>
}

interface Grant {
  redirectUri: string
  challenge: string
  nonce: string
}

interface State {
  issuer: TestIssuer
  grants: Map<string, Grant>
  keys: { privateKey: KeyObject; publicKey: KeyObject }
}

/**
 * An OIDC issuer whose users are always signed in: it checks what OpenID Connect and PKCE tell an issuer to check, and
 * gives each code once.
 */
export async function openTestIssuer(): Promise<TestIssuer> {
  const server = createServer((req, res) => void answer(state, req, res))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  const issuer: TestIssuer = {
    url: `http://127.0.0.1:${address.port}`,
    client: { id: 'logboom', secret: 'a secret: with % and ü' },
    claims: {},
    asksFirst: false,
    isBroken: false,
    exchanges: 0,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const state: State = { issuer, grants: new Map(), keys }
  return issuer
}

async function answer(state: State, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { issuer, keys } = state
  const url = new URL(req.url ?? '/', issuer.url)
  if (issuer.isBroken) return void res.writeHead(500).end('broken')
  if (url.pathname === '/.well-known/openid-configuration') return json(res, 200, metadataOf(issuer))
  if (url.pathname === '/authorize') return authorize(state, url.searchParams, res)
  if (url.pathname === '/token' && req.method === 'POST') return giveToken(state, req, res)
  if (url.pathname !== '/keys') return void res.writeHead(404).end()
  const jwk = { ...keys.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }
  json(res, 200, { keys: [jwk] })
}

function metadataOf({ url }: TestIssuer): object {
  return {
    issuer: url,
    authorization_endpoint: `${url}/authorize?tenant=t`,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/keys`,
    authorization_response_iss_parameter_supported: true,
  }
}

function authorize({ issuer, grants }: State, asked: URLSearchParams, res: ServerResponse): void {
  const names = ['redirect_uri', 'code_challenge', 'nonce']
  const [redirectUri, challenge, nonce] = names.map((name) => asked.get(name))
  const isSound =
    asked.get('response_type') === 'code' &&
    asked.get('client_id') === issuer.client.id &&
    asked.get('code_challenge_method') === 'S256' &&
    asked.get('tenant') === 't' &&
    asked.get('scope')?.split(' ').includes('openid')
  if (!isSound || !redirectUri || challenge?.length !== 43 || !nonce) return void res.writeHead(400).end()
  const code = randomUUID()
  grants.set(code, { redirectUri, challenge, nonce })
  const back = new URL(redirectUri)
  back.searchParams.set('code', code)
  back.searchParams.set('state', asked.get('state') ?? '')
  back.searchParams.set('iss', issuer.url)
  if (!issuer.asksFirst) return void res.writeHead(302, { Location: back.href }).end()
  const page = `<!doctype html><a href="${back.href.replaceAll('&', '&#38;')}">Agree</a>`
  res.writeHead(200, { 'Content-Type': 'text/html' }).end(page)
}

async function giveToken(state: State, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { issuer, grants } = state
  issuer.exchanges += 1
  const { id, secret } = issuer.client
  const encoded = [id, secret].map((part) => new URLSearchParams({ part }).toString().slice('part='.length))
  const form = new URLSearchParams(await text(req))
  if (req.headers.authorization !== `Basic ${Buffer.from(encoded.join(':')).toString('base64')}`)
    return json(res, 401, { error: 'invalid_client' })
  const grant = grants.get(form.get('code') ?? '')
  grants.delete(form.get('code') ?? '')
  const challenge = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url')
  if (!grant || grant.redirectUri !== form.get('redirect_uri') || grant.challenge !== challenge)
    return json(res, 400, { error: 'invalid_grant' })
  json(res, 200, { token_type: 'Bearer', access_token: randomUUID(), id_token: idToken(state, grant) })
}

function idToken({ issuer, keys }: State, { nonce }: Grant): string {
  const now = Math.floor(Date.now() / 1000)
  const standard = { iss: issuer.url, aud: issuer.client.id, sub: 'ann', iat: now, exp: now + 300, nonce }
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${encode({ alg: 'RS256', kid: 'k1' })}.${encode({ ...standard, ...issuer.claims })}`
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(keys.privateKey, 'base64url')}`
}

function json(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}
