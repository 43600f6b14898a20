import { z } from 'zod'
import { fetchJson, safeUrl } from './fetch-json.ts'
import { createRefreshed } from './refreshed.ts'
import type { Refreshed } from './refreshed.ts'

/** Where an issuer signs people in, as it says itself (OpenID Connect Discovery §3). */
export interface OidcEndpoints {
  authorization: URL
  token: URL
  /** Whether the client's secret goes into the body, because the issuer takes no Basic. */
  secretInBody: boolean
  /** RFC 9207: each answer names its issuer. */
  namesItself: boolean
}

const Metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  token_endpoint_auth_methods_supported: z.array(z.string()).default(['client_secret_basic']),
  authorization_response_iss_parameter_supported: z.boolean().default(false),
})

/** Kept for an hour, and for longer while the issuer is away. */
export function createDiscovery(
  issuer: string,
  { fetch: fetchUrl, now }: { fetch: typeof fetch; now: () => number },
): Refreshed<OidcEndpoints> {
  const url = safeUrl(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, 'address')
  return createRefreshed({
    what: 'configuration of the OIDC issuer',
    load: async () => endpointsOf(issuer, await fetchJson(url, fetchUrl)),
    freshMs: 3_600_000,
    retryMs: 5_000,
    loadMs: 6_000,
    now,
  })
}

function endpointsOf(issuer: string, { status, body }: { status: number; body: unknown }): OidcEndpoints {
  if (status !== 200) throw new Error(`the OIDC issuer answered ${status}`)
  const metadata = Metadata.parse(body)
  if (metadata.issuer !== issuer) throw new Error('the OIDC issuer calls itself by another name')
  const methods = metadata.token_endpoint_auth_methods_supported
  return {
    authorization: safeUrl(metadata.authorization_endpoint, 'authorization endpoint'),
    token: safeUrl(metadata.token_endpoint, 'token endpoint'),
    secretInBody: !methods.includes('client_secret_basic') && methods.includes('client_secret_post'),
    namesItself: metadata.authorization_response_iss_parameter_supported,
  }
}
