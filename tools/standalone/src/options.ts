import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export interface Options {
  /** Of both APIs; 0 = any free one. */
  port: number
  host: string
  /** Absolute. */
  dataDir: string
  /** Absolute paths and globs. */
  follow: string[]
  /** Whether the containers of this machine's Docker engine are read. */
  docker: boolean
  /** Whether the pods of the current context are read. */
  kubernetes: boolean
  verbose: boolean
}

/** What was asked for, or the text that answers it instead: the help, or what is wrong. */
export type ReadOptions = { options: Options } | { text: string; exitCode: number }

const usage = `Starts all of Logboom in one process, with its own PostgreSQL and Redis, and stops it on Ctrl-C.

  npm start -- [option…]

  --follow <path>   follow a file as well, or all that match a quoted pattern: --follow '/var/log/*.log'; repeatable
  --docker          also show what this machine's containers log
  --kubernetes      also show what the pods log, in the cluster of your current kubeconfig context
  --port <port>     the port of the API (default 3100; 0 = any free one)
  --host <address>  the address it listens on (default 127.0.0.1; 0.0.0.0 = every one)
  --data <folder>   where the data lie (default ./.logboom)
  --verbose         also show the services' own log and where their metrics are
  --help            show this

Environment: DATABASE_URL and REDIS_URL are used instead of the embedded servers. RETENTION_HOURS, LOG_LEVEL and all
other variables of docs/configuration.md work as in the separate processes.
`

/** Reads the command line; relative paths in it start at `calledFrom`, the default data folder lies in `cwd`. */
export function readOptions(args: string[], cwd: string, calledFrom = cwd): ReadOptions {
  let values: ReturnType<typeof parse>
  try {
    values = parse(args)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return wrong(message.replace(/\. To specify .*/s, '')) // advice on positionals, which there are none of
  }
  if (values.help) return { text: usage, exitCode: 0 }
  const port = portOf(values.port)
  if (port === undefined) return wrong(`--port must be a number from 0 to 65535, not '${values.port}'`)
  const empty = (['host', 'data', 'follow'] as const).find((name) => [values[name]].flat().includes(''))
  if (empty) return wrong(`--${empty} must not be empty`)
  const follow = values.follow.map((path) => resolve(calledFrom, path))
  const dataDir = values.data === undefined ? resolve(cwd, '.logboom') : resolve(calledFrom, values.data)
  const { docker, kubernetes, verbose } = values
  return { options: { port, host: values.host, dataDir, follow, docker, kubernetes, verbose } }
}

function parse(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      follow: { type: 'string', multiple: true, default: [] },
      docker: { type: 'boolean', default: false },
      kubernetes: { type: 'boolean', default: false },
      port: { type: 'string', default: '3100' },
      host: { type: 'string', default: '127.0.0.1' },
      data: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const [stray] = positionals
  // The usual reason: the shell expanded a pattern into many words.
  if (stray !== undefined)
    throw new Error(`'${stray}' belongs to no option; quote patterns: --follow '/var/log/*.log'`)
  return values
}

function portOf(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  return port <= 65_535 ? port : undefined
}

function wrong(what: string): ReadOptions {
  return { text: `logboom: ${what}\nlogboom: see npm start -- --help\n`, exitCode: 2 }
}
