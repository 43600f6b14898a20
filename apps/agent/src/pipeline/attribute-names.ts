/** The attributes that tell what belongs together, under the names that searches use. */
export type IdName = 'trace_id' | 'span_id' | 'correlation_id' | 'request_id'

const prefixes = '(?:dd|otel|x|x_?b3|http|ecs)?'
/** Once dots and dashes are underscores, and in lower case: `traceId`, `trace.id`, `dd.trace_id`, `X-Correlation-ID` … */
const spelling = new RegExp(`^${prefixes}_?(?:(trace)|(span)|(correlation)|(req|request))_?id$`)
/** Serilog's compact format, and Google's agents. */
const own: Record<string, IdName> = {
  '@tr': 'trace_id',
  '@sp': 'span_id',
  'logging_googleapis_com/trace': 'trace_id',
  'logging_googleapis_com/spanid': 'span_id',
}

/** The name of an id in any spelling; null for every other name. */
export function idNameOf(name: string): IdName | null {
  const known = remembered.get(name)
  if (known !== undefined) return known
  const found = readName(name)
  if (remembered.size < rememberedMax) remembered.set(name, found)
  return found
}

/** The same few names come with every line; what a program makes up has no place here beyond this. */
const remembered = new Map<string, IdName | null>()
const rememberedMax = 2_000

function readName(name: string): IdName | null {
  if (name.length > 40) return null
  const plain = name.toLowerCase().replaceAll(/[.-]/g, '_')
  const [, trace, span, correlation, request] = spelling.exec(plain) ?? []
  if (trace !== undefined) return 'trace_id'
  if (span !== undefined) return 'span_id'
  if (correlation !== undefined) return 'correlation_id'
  return request === undefined ? (own[plain] ?? null) : 'request_id'
}
