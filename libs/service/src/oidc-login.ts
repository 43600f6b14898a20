import { createHash, randomBytes } from 'node:crypto'
import { Problem } from '@logboom/contracts'
import { z } from 'zod'
import { createDiscovery } from './oidc-discovery.ts'
import type { OidcEndpoints } from './oidc-discovery.ts'
import { exchangeCode } from './oidc-exchange.ts'
import type { OidcVerifier } from './oidc.ts'
import type { Principal } from './principal.ts'
import { openText, sealText } from './seal.ts'

/** What the issuer knows us by. */
export interface OidcClient {
  issuer: string
  /** What people call it. */
  name: string
  clientId: string
  /** Without one, we are a public client, which PKCE alone protects. */
  clientSecret?: string
  scopes: string
  /** Where the issuer sends the browser back to. */
  redirectUrl: string
}

export interface OidcLogin {
  /** What there is to choose from. */
  providers: { id: string; name: string }[]
  /** Where to send the browser, and what it must bring back in a cookie. @throws {Problem} 404, 503 */
  begin(to: { provider: string; returnTo: string }): Promise<{ url: string; sealed: string }>
  /**
   * Who came back from the issuer, with its answer and our cookie.
   * @throws {Problem} 401 when that is not the sign-in that this browser began, 403 for a user without a role, 503
   */
  finish(answer: URLSearchParams, sealed: string | undefined): Promise<FinishedLogin>
}

export interface FinishedLogin {
  principal: Principal
  issuer: string
  returnTo: string
}

export interface OidcLoginOptions {
  clients: readonly OidcClient[]
  verifier: Pick<OidcVerifier, 'verifyIdToken'>
  /** Seals the cookie, so that it can be opened by any replica and by nobody else. */
  secret: string
  /** Told what is wrong with the issuer, or with us in its eyes. */
  onTrouble?: (err: unknown) => void
  fetch?: typeof fetch
  now?: () => number
}

/** From the click to coming back, with a password and a second factor in between. */
export const oidcLoginSeconds = 600

const Begun = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  issuer: z.string(),
  returnTo: z.string(),
  expiresAtMs: z.number(),
})
type Begun = z.infer<typeof Begun>

const purpose = 'logboom oidc sign-in'

/** Signing in at an OIDC issuer: authorization code with PKCE, state and nonce. */
export function createOidcLogin(options: OidcLoginOptions): OidcLogin {
  const { clients, secret, fetch: fetchUrl = fetch, now = Date.now, onTrouble = () => {} } = options
  const known = clients.map((client) => ({
    id: new URL(client.issuer).host,
    client,
    discovery: createDiscovery(client.issuer, { fetch: fetchUrl, now }),
  }))

  async function begin({ provider, returnTo }: { provider: string; returnTo: string }) {
    const found = known.find(({ id }) => id === provider)
    if (!found) throw new Problem('not_found', 'there is no such provider')
    const [state, nonce, verifier] = [randomText(), randomText(), randomText()]
    const { authorization } = await reached(found.discovery.get())
    const url = authorizationUrl(authorization, found.client, { state, nonce, verifier })
    const expiresAtMs = now() + oidcLoginSeconds * 1000
    const begun: Begun = { state, nonce, verifier, issuer: found.client.issuer, returnTo, expiresAtMs }
    return { url, sealed: sealText(JSON.stringify(begun), secret, purpose) }
  }

  async function finish(answer: URLSearchParams, sealed: string | undefined): Promise<FinishedLogin> {
    const begun = openBegun(sealed, secret)
    const found = known.find(({ client }) => client.issuer === begun?.issuer)
    if (!begun || !found || begun.expiresAtMs <= now())
      throw failed('it was not begun in this browser, or took too long')
    if (answer.get('state') !== begun.state) throw failed('the answer belongs to another sign-in')
    const { client, discovery } = found
    const { issuer, nonce, verifier, returnTo } = begun
    const endpoints = await reached(discovery.get())
    const code = codeOf(answer, client, endpoints)
    const idToken = await exchangeCode(endpoints, client, { code, verifier, fetch: fetchUrl })
    const expected = { issuer, clientId: client.clientId, nonce }
    const principal = await options.verifier.verifyIdToken(idToken, expected)
    return { principal, issuer, returnTo }
  }

  async function told<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (err) {
      if (err instanceof Problem && err.code === 'unavailable') onTrouble(err.cause)
      throw err
    }
  }

  return {
    providers: known.map(({ id, client }) => ({ id, name: client.name })),
    begin: (to) => told(begin(to)),
    finish: (answer, sealed) => told(finish(answer, sealed)),
  }
}

/** 256 bits; as a PKCE verifier, 43 characters. */
function randomText(): string {
  return randomBytes(32).toString('base64url')
}

function authorizationUrl(
  authorization: URL,
  client: OidcClient,
  { state, nonce, verifier }: { state: string; nonce: string; verifier: string },
): string {
  const url = new URL(authorization)
  const parameters = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: client.redirectUrl,
    scope: client.scopes,
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}

/** @throws {Problem} 401 when the issuer refused, or another one answers */
function codeOf(answer: URLSearchParams, { issuer }: OidcClient, { namesItself }: OidcEndpoints): string {
  const by = answer.get('iss')
  if (by === null ? namesItself : by !== issuer) throw failed('another issuer answers')
  const error = answer.get('error')
  // Its description may be anybody's text: it stands in an address.
  if (error !== null) throw failed(`the issuer says ${/^[a-z_]{1,40}$/.test(error) ? error : 'no'}`)
  const code = answer.get('code')
  if (!code) throw failed('the issuer sent no code')
  return code
}

function openBegun(sealed: string | undefined, secret: string): Begun | null {
  try {
    return Begun.parse(JSON.parse(openText(sealed ?? '', secret, purpose)))
  } catch {
    return null
  }
}

function failed(why: string): Problem {
  return new Problem('sign_in_failed', `The sign-in did not succeed: ${why}.`)
}

/** @throws {Problem} 503 */
async function reached<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (cause) {
    throw new Problem('unavailable', 'the OIDC issuer does not answer', { cause })
  }
}
