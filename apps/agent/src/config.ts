import { hostname } from 'node:os'
import { levels, normaliseLevel } from '@logboom/contracts'
import { baseConfig, secret } from '@logboom/service/config'
import { z } from 'zod'
import { isLoopback } from './shipper/is-loopback.ts'

const logging = (key: string) => ({ toml: `agent.logging.${key}` })
const whole = (min: number, fallback: number) => z.coerce.number().int().min(min).default(fallback)
const flag = (fallback: boolean) => z.stringbool().default(fallback)

/** Everything the agent can be told; `[agent.logging]` keeps the keys and defaults of its first contract. */
export const AgentConfig = z
  .object({
    ...baseConfig,
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

    FOLLOW: globList('').describe('Files to follow: a comma list of paths and globs'),
    FOLLOW_EXCLUDE: globList('*.{gz,bz2,xz,zst,zip,tmp,swp}').describe(
      'Of these, the ones that are left alone; without a slash, any file of that name',
    ),
    FOLLOW_NAMESPACE: z.string().min(1).max(253).default('host').describe('`namespace` of followed lines'),
    FOLLOW_POD_NAME: z
      .string()
      .min(1)
      .max(253)
      .optional()
      .transform((name) => name ?? (hostname() || 'unknown'))
      .describe('`pod_name` of followed lines; the host’s name when not given'),
    STDIN: flag(false).describe('Read lines from standard input as well'),
    POLL_INTERVAL_MS: whole(10, 1_000).describe(
      'How often files are looked at besides the notices of the system',
    ),
    PARTIAL_LINE_MS: whole(10, 5_000).describe('Silence after which a last line without its newline is sent'),
    ROTATED_QUIET_MS: whole(10, 60_000).describe(
      'Silence after which a file that was rotated away is let go',
    ),
    MAX_LINE_BYTES: whole(1_024, 262_144).describe(
      'Bytes kept of a line while it is read; the rest is counted',
    ),

    LOGGING_ENABLED: flag(true).meta(logging('enabled')).describe('Collect at all'),
    BUFFER_SIZE: whole(1, 100).meta(logging('buffer_size')).describe('Entries that make a batch due'),
    FLUSH_INTERVAL_SECONDS: z.coerce
      .number()
      .min(0.05)
      .max(3_600)
      .default(30)
      .meta({ ...logging('flush_interval'), unit: 's' })
      .describe('Age of the oldest entry that makes a batch due'),
    MIN_LEVEL: z
      .string()
      .default('INFO')
      .transform((name) => normaliseLevel(name))
      .pipe(z.enum(levels, { error: `must be one of ${levels.join(', ')}` }))
      .meta(logging('min_level'))
      .describe('Lines below this level are counted and not sent; lines without a level always are'),
    MAX_MESSAGE_LENGTH: z.coerce
      .number()
      .int()
      .min(64)
      .max(65_536)
      .default(4_096)
      .meta({ ...logging('max_message_length'), unit: 'bytes' })
      .describe('Longer messages are cut and end with `…[+N bytes]`'),
    POD_SELECTOR: z
      .string()
      .default('{}')
      .meta(logging('pod_selector'))
      .describe('Labels of pods; must be empty as long as only files are read'),

    SPOOL_DIR: z
      .string()
      .default('/var/lib/logboom-agent')
      .describe('Batches wait here until the broker has them'),
    SPOOL_MAX_BYTES: whole(65_536, 536_870_912).describe('When so much waits, reading pauses'),
    REQUEST_TIMEOUT_MS: whole(100, 30_000).describe('From connecting to the last byte of an answer'),
    RETRY_BASE_MS: whole(1, 1_000).describe('First step of the backoff, which doubles and has full jitter'),
    RETRY_MAX_MS: whole(1, 60_000).describe('Largest step of the backoff; also the pace after a 404'),
    PAK_RELOAD_MS: whole(10, 30_000).describe(
      'How long to wait after a 401 or 403 before the key is read again',
    ),
  })
  .superRefine(
    (config, context) => {
      for (const [name, message] of faultsOf(config))
        context.addIssue({ code: 'custom', path: [name], message })
    },
    { when: () => true }, // also where single settings are at fault: all is told at once
  )

export type AgentConfig = z.output<typeof AgentConfig>

interface Refined {
  AGENT_PAK?: string | undefined
  AGENT_PAK_FILE?: string | undefined
  BROKER_URL: string
  INSECURE: boolean
  CLIENT_CERT_FILE?: string | undefined
  CLIENT_KEY_FILE?: string | undefined
  POD_SELECTOR: string
}

/** Combinations that would lose or reveal something refuse to start. */
function faultsOf(config: Refined): [string, string][] {
  const faults: [string, string][] = []
  if ((config.AGENT_PAK === undefined) === (config.AGENT_PAK_FILE === undefined)) {
    faults.push(['AGENT_PAK', 'give either AGENT_PAK or AGENT_PAK_FILE'])
  }
  const url = URL.parse(config.BROKER_URL)
  if (url?.protocol === 'http:' && !isLoopback(url.hostname) && !config.INSECURE) {
    faults.push(['BROKER_URL', 'http:// would send the key in the clear; use https:// or set INSECURE=true'])
  }
  if ((config.CLIENT_CERT_FILE === undefined) !== (config.CLIENT_KEY_FILE === undefined)) {
    faults.push(['CLIENT_CERT_FILE', 'CLIENT_CERT_FILE and CLIENT_KEY_FILE go together'])
  }
  if (!/^\s*(?:\{\s*\})?\s*$/.test(config.POD_SELECTOR)) {
    faults.push(['POD_SELECTOR', 'this agent reads files, not pods: a selector would select nothing'])
  }
  return faults
}

/** Commas inside `{a,b}` belong to the glob. */
function globList(fallback: string) {
  return z
    .string()
    .default(fallback)
    .transform((text) =>
      text
        .split(/,(?![^{}]*\})/)
        .map((glob) => glob.trim())
        .filter((glob) => glob !== ''),
    )
}
