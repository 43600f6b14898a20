import { Problem } from '@logboom/contracts'
import { z } from 'zod'
import { fetchJson } from './fetch-json.ts'
import type { JsonAnswer } from './fetch-json.ts'
import type { OidcEndpoints } from './oidc-discovery.ts'
import type { OidcClient } from './oidc-login.ts'

const Tokens = z.object({ id_token: z.string() })
const Refusal = z.object({ error: z.string() })

/**
 * The ID token for a code, which the issuer gives once.
 * @throws {Problem} 401 when the issuer does not know the code (any more), 503 when it cannot be asked or refuses us
 */
export async function exchangeCode(
  { token: url, secretInBody }: Pick<OidcEndpoints, 'token' | 'secretInBody'>,
  client: OidcClient,
  { code, verifier, fetch: fetchUrl }: { code: string; verifier: string; fetch: typeof fetch },
): Promise<string> {
  const { clientId, clientSecret, redirectUrl } = client
  const inHeader = clientSecret !== undefined && !secretInBody
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUrl,
    code_verifier: verifier,
    ...(!inHeader && { client_id: clientId }),
    ...(secretInBody && clientSecret !== undefined && { client_secret: clientSecret }),
  })
  const headers = inHeader ? { Authorization: basicOf(clientId, clientSecret) } : {}
  const answer = await fetchJson(url, fetchUrl, { method: 'POST', headers, body }).catch((cause: unknown) => {
    throw new Problem('unavailable', 'the OIDC issuer does not answer', { cause })
  })
  return idTokenIn(answer)
}

function idTokenIn({ status, body }: JsonAnswer): string {
  const { data: tokens } = Tokens.safeParse(body)
  if (status === 200 && tokens) return tokens.id_token
  const { data: refusal } = Refusal.safeParse(body)
  if (refusal?.error === 'invalid_grant')
    throw new Problem(
      'sign_in_failed',
      'The sign-in did not succeed: the issuer does not know the code any more.',
    )
  const cause = new Error(`the OIDC issuer answered ${status} ${refusal?.error.slice(0, 100) ?? ''}`)
  throw new Problem('unavailable', 'the OIDC issuer gives us no token', { cause })
}

/** RFC 6749 §2.3.1: both parts are form-encoded first. */
function basicOf(clientId: string, clientSecret: string): string {
  const encoded = [clientId, clientSecret].map((part) =>
    new URLSearchParams({ part }).toString().slice('part='.length),
  )
  return `Basic ${Buffer.from(encoded.join(':')).toString('base64')}`
}
