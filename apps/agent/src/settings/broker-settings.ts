import { secret } from '@logboom/service/config'
import { z } from 'zod'
import { flag, whole } from './setting.ts'

/** The broker, and who the agent is to it. */
export const brokerSettings = {
  AGENT_ID: z.uuid().describe('The id that the broker gave this agent'),
  BROKER_URL: z
    .url({ protocol: /^https?$/ })
    .describe('Where ingest-api is reached; plain http only on loopback, or with INSECURE'),
  AGENT_PAK: secret().optional().describe('The key of this agent; better in a file'),
  AGENT_PAK_FILE: z
    .string()
    .optional()
    .describe('A file that holds the key; it may change while the agent runs'),
  INSECURE: flag(false).describe('Allow http:// beyond loopback: key and lines then travel in the clear'),
  CA_FILE: z.string().optional().describe('PEM of the private CA that signed the broker’s certificate'),
  CLIENT_CERT_FILE: z
    .string()
    .optional()
    .describe('PEM of a client certificate, for brokers that ask for one'),
  CLIENT_KEY_FILE: z.string().optional().describe('PEM of its key'),
  HTTPS_PROXY: z
    .string()
    .optional()
    .describe('Proxy through which a broker of https:// is reached, by CONNECT'),
  HTTP_PROXY: z.string().optional().describe('The same for http://'),
  NO_PROXY: z.string().optional().describe('Hosts that are reached without it: a comma list'),
  REQUEST_TIMEOUT_MS: whole(100, 30_000).describe('From connecting to the last byte of an answer'),
  RETRY_BASE_MS: whole(1, 1_000).describe('First step of the backoff, which doubles and has full jitter'),
  RETRY_MAX_MS: whole(1, 60_000).describe('Largest step of the backoff; also the pace after a 404'),
  COMMIT_TIMEOUT_SECONDS: z.coerce
    .number()
    .min(0.1)
    .default(600)
    .meta({ unit: 's' })
    .describe('What the broker has taken and not committed for so long is sent again, unchanged'),
  PAK_RELOAD_MS: whole(10, 30_000).describe(
    'How long to wait after a 401 or 403 before the key is read again',
  ),
}
