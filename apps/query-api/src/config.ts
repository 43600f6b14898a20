import { apiConfig, baseConfig, brokerConfig, refineApiConfig, secret } from '@logboom/service'
import { z } from 'zod'

const milliseconds = (min: number, fallback: number) =>
  z.coerce.number().int().min(min).default(fallback).meta({ unit: 'ms' })

const whole = (min: number, fallback: number) => z.coerce.number().int().min(min).default(fallback)
const atLeastOne = z.coerce.number().int().min(1)

export const QueryConfig = z
  .object({
    ...baseConfig,
    ...apiConfig,
    PORT: z.coerce.number().int().min(0).max(65_535).default(3001).describe('The port of the API; 0 = any'),
    DATABASE_URL: brokerConfig.DATABASE_URL,
    READ_DATABASE_URL: secret()
      .optional()
      .describe('A replica to read from; default: DATABASE_URL')
      .meta({ toml: 'broker.read_database_url' }),
    REDIS_URL: brokerConfig.REDIS_URL.optional().describe(
      'Redis, `redis://:password@host:port` or `rediss://…`; without it `GET /api/v1/stats` does not tell how full the queue is, followers see lines up to a second later, no agent is asked to send at once what is followed, and nothing can be followed by a ticket',
    ),
    QUEUE_SHARDS: brokerConfig.QUEUE_SHARDS,
    MAX_INSTANCES: brokerConfig.MAX_INSTANCES,
    DATABASE_CONNECTIONS: z.coerce
      .number()
      .int()
      .min(2)
      .default(10)
      .describe('Connections to PostgreSQL at most'),
    MAX_CONCURRENT_SEARCHES: atLeastOne
      .optional()
      .describe(
        'Searches, histograms and the like that are worked on at once; the others wait in turn. Default: half of DATABASE_CONNECTIONS, as a search has two statements under way at most times',
      ),
    MAX_CONCURRENT_EXPORTS: atLeastOne
      .default(2)
      .describe('Pages of exports that are read at once, beside the searches; any number may be open'),
    MAX_WAITING_SEARCHES: atLeastOne
      .default(100)
      .describe(
        'Searches that wait for their turn at most, and exports likewise: beyond it 503, for whoever has most waiting',
      ),
    SEARCH_WAIT_MS: milliseconds(1, 10_000).describe(
      'A search whose turn has not come by then is answered 503',
    ),
    PREPARED_STATEMENTS: z
      .stringbool()
      .default(true)
      .describe(
        'Keep frequent statements on each connection, which halves what PostgreSQL spends on a short search; `false` for PgBouncer in transaction mode that does not keep them (see operations.md)',
      ),
    STATEMENT_TIMEOUT_MS: milliseconds(100, 15_000).describe(
      'PostgreSQL ends a statement that takes longer: 503',
    ),
    SEARCH_TIME_MS: milliseconds(100, 8_000).describe(
      'A search that takes longer answers what it has, with a cursor to go on from; below STATEMENT_TIMEOUT_MS',
    ),
    COUNT_TIMEOUT_MS: milliseconds(10, 1_500).describe(
      'Counting for `total=capped` stops here, with a lower bound',
    ),
    EXPLORER_DIR: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Where the built explorer lies, which is served at `/`; default: beside this service, and where there is none the API alone',
      ),
    FOLLOWERS_MAX: whole(1, 5_000).describe('Connections that follow log entries at once; beyond, 503'),
    FOLLOWERS_PER_CREDENTIAL: whole(1, 200).describe('The same of one credential; beyond, 429'),
    FOLLOW_BUFFER_BYTES: whole(65_536, 2_097_152)
      .describe(
        'What may wait for a slow follower; what comes beyond is counted and not sent. A request to store has up to 1 MiB',
      )
      .meta({ unit: 'bytes' }),
    CORS_ORIGINS: z
      .string()
      .default('')
      .transform((text) =>
        text
          .split(',')
          .map((part) => part.trim())
          .filter(Boolean),
      )
      .pipe(z.array(z.url({ protocol: /^https?$/ })))
      .describe('Origins whose pages may read this API, separated by commas; none by default'),
  })
  .superRefine(refineApiConfig, { when: () => true }) // also where single settings are at fault: all is told at once

export type QueryConfig = z.output<typeof QueryConfig>

/** Where to read from. */
export function databaseUrlOf(config: QueryConfig): string {
  return config.READ_DATABASE_URL ?? config.DATABASE_URL
}
