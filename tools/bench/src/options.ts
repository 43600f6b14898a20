import { parseArgs } from 'node:util'

export const partNames = [
  'ingest',
  'latency',
  'growth',
  'reads',
  'retention',
  'agent',
  'memory',
  'rivals',
] as const

export type PartName = (typeof partNames)[number]

export interface BenchOptions {
  /** In order; `rivals` only where a binary is given. */
  parts: PartName[]
  quick: boolean
  loki: string | undefined
  victorialogs: string | undefined
  /** Where the JSON result goes. */
  out: string
  /** An earlier result, whose figures of other parts are kept. */
  into: string | undefined
  /** Write docs/benchmarks.md from the result. */
  writeDocs: boolean
}

export const usage = `npm run bench -- [part …] [options]

Parts: ${partNames.join(', ')}. Default: all of them.

  --quick                what can be told within two minutes; figures are coarser
  --loki PATH            run this Loki (3.x) on the same entries, and print the ratio
  --victorialogs PATH    the same with VictoriaLogs
  --out FILE             the result as JSON (default .logboom/bench/<time>.json)
  --into FILE            keep what this earlier result says of other parts
  --write-docs           write docs/benchmarks.md from the result
  --help`

/** Thrown for a command line that cannot be understood; the message says why. */
export class UsageError extends Error {}

/** What takes longer than two minutes, or tells nothing in less. */
const fullOnly: readonly PartName[] = ['growth', 'memory']

/** @throws {UsageError} */
export function parseOptions(argv: readonly string[], now: Date): BenchOptions | 'help' {
  const { values, positionals } = parse(argv)
  if (values.help) return 'help'
  const strange = positionals.find((name) => !isPart(name))
  if (strange !== undefined)
    throw new UsageError(`there is no part '${strange}'; there are ${partNames.join(', ')}`)
  const { loki, victorialogs, quick = false } = values
  const hasRivals = loki !== undefined || victorialogs !== undefined
  const asked = positionals.filter(isPart)
  if (asked.includes('rivals') && !hasRivals)
    throw new UsageError('rivals needs --loki PATH or --victorialogs PATH')
  const all = partNames.filter((name) => (name === 'rivals' ? hasRivals : !quick || !fullOnly.includes(name)))
  return {
    parts: asked.length > 0 ? partNames.filter((name) => asked.includes(name)) : all,
    quick,
    loki,
    victorialogs,
    out: values.out ?? `.logboom/bench/${now.toISOString().slice(0, 19).replaceAll(':', '-')}.json`,
    into: values.into,
    writeDocs: values['write-docs'] ?? false,
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean' },
        loki: { type: 'string' },
        victorialogs: { type: 'string' },
        out: { type: 'string' },
        into: { type: 'string' },
        'write-docs': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function isPart(name: string): name is PartName {
  return (partNames as readonly string[]).includes(name)
}
