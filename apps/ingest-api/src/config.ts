import { defaultAgentLimits } from '@logboom/contracts'
import type { AgentLimits } from '@logboom/contracts'
import { apiConfig, baseConfig, brokerConfig, refineApiConfig, secret } from '@logboom/service'
import type { OidcClient } from '@logboom/service'
import { z } from 'zod'

const whole = (min: number, fallback: number) => z.coerce.number().int().min(min).default(fallback)
const limit = defaultAgentLimits

/** Also where single settings are at fault: all is told at once. */
const checkAll = { when: () => true }

export const IngestConfig = z
  .object({
    ...baseConfig,
    ...apiConfig,
    PORT: z.coerce.number().int().min(0).max(65_535).default(3000).describe('The port of the API; 0 = any'),
    DATABASE_URL: brokerConfig.DATABASE_URL,
    REDIS_URL: brokerConfig.REDIS_URL,
    QUEUE_SHARDS: brokerConfig.QUEUE_SHARDS,
    QUEUE_MEMORY_SHARE: z.coerce
      .number()
      .min(0.05)
      .max(0.8)
      .default(0.6)
      .describe('Share of Redis’ maxmemory at which the API answers 503; a full Redis could not be drained'),
    QUEUE_UNSAFE_REDIS: z
      .stringbool()
      .default(false)
      .describe(
        'Accept a Redis without `appendonly yes, appendfsync always`: what was answered may then be lost',
      ),
    IDEMPOTENCY_HOURS: z.coerce
      .number()
      .min(1)
      .default(12)
      .describe('How long a repeat gets its first answer again; not less than the retention')
      .meta({ unit: 'hours' }),
    MAX_ENTRIES_PER_REQUEST: whole(1, limit.max_entries_per_request).describe(
      'Of an agent without an override',
    ),
    REQUESTS_PER_MINUTE: whole(1, limit.requests_per_minute).describe(
      'Of each agent instance, without an override',
    ),
    REQUEST_BURST: whole(1, limit.request_burst).describe(
      'Requests that may come at once after a quiet time',
    ),
    MAX_INSTANCES: brokerConfig.MAX_INSTANCES,
    MAX_MESSAGE_LENGTH: whole(64, limit.max_message_bytes)
      .describe('Longer messages are truncated')
      .meta({ unit: 'bytes' }),
    MAX_BODY_BYTES: whole(1024, limit.max_body_bytes)
      .describe('Of a body after decompression')
      .meta({ unit: 'bytes' }),
    MAX_BODIES_IN_FLIGHT_BYTES: whole(1_048_576, 134_217_728)
      .describe('Of all bodies that are being read at once; beyond, 503')
      .meta({ unit: 'bytes' }),
    MAX_FUTURE_SKEW_MINUTES: z.coerce
      .number()
      .min(0)
      .default(60)
      .describe('How far in the future a timestamp may be')
      .meta({ unit: 'minutes' }),
    PUBLIC_URL: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe(
        'Where browsers reach Logboom, such as `https://logs.example.com`: the issuer sends them back there',
      ),
    OIDC_CLIENT_ID: z
      .string()
      .min(1)
      .optional()
      .describe('What the issuer knows Logboom by; with it, browsers can sign in there'),
    OIDC_CLIENT_SECRET: secret().optional().describe('Of that client; none for a public one'),
    OIDC_NAME: z
      .string()
      .min(1)
      .optional()
      .describe('What the sign-in page calls the issuer; default: its host'),
    OIDC_SCOPES: z
      .string()
      .default('openid profile email')
      .describe('What the issuer is asked for; must have `openid`'),
  })
  .superRefine((config, context) => {
    refineApiConfig(config, context)
    for (const name of ['OIDC_ISSUER', 'PUBLIC_URL'] as const) {
      const missing = config.OIDC_CLIENT_ID !== undefined && config[name] === undefined
      const message = 'is needed where OIDC_CLIENT_ID is set'
      if (missing) context.addIssue({ code: 'custom', path: [name], message })
    }
  }, checkAll)

/** The client that signs browsers in, if there is one. */
export function oidcClientsOf(config: IngestConfig): OidcClient[] {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, PUBLIC_URL: publicUrl } = config
  if (!issuer || !clientId || !publicUrl) return []
  return [
    {
      issuer,
      clientId,
      name: config.OIDC_NAME ?? new URL(issuer).host,
      ...(config.OIDC_CLIENT_SECRET && { clientSecret: config.OIDC_CLIENT_SECRET }),
      scopes: config.OIDC_SCOPES,
      redirectUrl: new URL('/api/v1/auth/oidc/callback', publicUrl).href,
    },
  ]
}

export type IngestConfig = z.output<typeof IngestConfig>

/** The limits of an agent without overrides. */
export function limitsOf(config: IngestConfig): AgentLimits {
  return {
    ...defaultAgentLimits,
    max_entries_per_request: config.MAX_ENTRIES_PER_REQUEST,
    requests_per_minute: config.REQUESTS_PER_MINUTE,
    request_burst: config.REQUEST_BURST,
    max_instances: config.MAX_INSTANCES,
    max_message_bytes: config.MAX_MESSAGE_LENGTH,
    max_body_bytes: config.MAX_BODY_BYTES,
  }
}
