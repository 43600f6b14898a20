import { z } from 'zod'
import { brokerConfig } from './broker-config.ts'
import { secret } from './config.ts'
import type { OidcIssuer } from './oidc.ts'

/** The settings that both APIs have, besides `baseConfig`; spread them into the app's own zod object. */
export const apiConfig = {
  HOST: z.string().default('0.0.0.0').describe('The address that the API listens on'),
  PEER_URL: z.url().optional().describe("The other API's base URL, to which its routes are forwarded"),
  TRUST_PROXY: z
    .string()
    .optional()
    .describe('Addresses whose X-Forwarded-For is believed, such as 10.0.0.0/8'),
  TLS_CERT: z
    .string()
    .optional()
    .describe('PEM text of the certificate; without it the API speaks plain HTTP'),
  TLS_KEY: secret().optional().describe('PEM text of the private key'),
  SIGNING_KEY_SECRET: brokerConfig.SIGNING_KEY_SECRET,
  OIDC_ISSUER: z.url().optional().describe('Issuer whose tokens are accepted from readers and admins'),
  OIDC_AUDIENCE: z.string().default('logboom').describe('The `aud` that its tokens must have'),
  OIDC_JWKS_URL: z.url().optional().describe("Where the issuer's public keys are"),
  OIDC_ROLE_CLAIM: z.string().default('roles').describe('Name or dotted path of the claim with the roles'),
  OIDC_ADMIN_VALUES: list()
    .default(['logboom-admin'])
    .describe('Roles that make an admin, separated by commas'),
  OIDC_READER_VALUES: list()
    .default(['logboom-reader'])
    .describe('Roles that make a reader, separated by commas'),
  OIDC_AGENTS_CLAIM: z
    .string()
    .optional()
    .describe('Name of the claim with the agents that a reader may read'),
}

export type ApiConfig = z.output<z.ZodObject<typeof apiConfig>>

/** What must be said together: half a TLS or OIDC set-up refuses to start. */
export function refineApiConfig(config: ApiConfig, context: z.RefinementCtx): void {
  const together = (one: keyof ApiConfig, other: keyof ApiConfig) => {
    if ((config[one] === undefined) === (config[other] === undefined)) return
    const missing = config[one] === undefined ? one : other
    context.addIssue({
      code: 'custom',
      path: [missing],
      message: `is needed where ${one} or ${other} is set`,
    })
  }
  together('TLS_CERT', 'TLS_KEY')
  together('OIDC_ISSUER', 'OIDC_JWKS_URL')
}

export function tlsOf(config: ApiConfig): { cert: string; key: string } | undefined {
  return config.TLS_CERT && config.TLS_KEY ? { cert: config.TLS_CERT, key: config.TLS_KEY } : undefined
}

export function oidcIssuersOf(config: ApiConfig): OidcIssuer[] {
  if (!config.OIDC_ISSUER || !config.OIDC_JWKS_URL) return []
  return [
    {
      issuer: config.OIDC_ISSUER,
      audience: config.OIDC_AUDIENCE,
      jwksUrl: config.OIDC_JWKS_URL,
      roleClaim: config.OIDC_ROLE_CLAIM,
      adminValues: config.OIDC_ADMIN_VALUES,
      readerValues: config.OIDC_READER_VALUES,
      ...(config.OIDC_AGENTS_CLAIM && { agentsClaim: config.OIDC_AGENTS_CLAIM }),
    },
  ]
}

function list(): z.ZodType<string[]> {
  return z.preprocess(
    (value) =>
      typeof value === 'string'
        ? value
            .split(',')
            .map((part) => part.trim())
            .filter(Boolean)
        : value,
    z.array(z.string()),
  )
}
