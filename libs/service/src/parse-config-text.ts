import { parse, TomlDate, TomlError } from 'smol-toml'
import { isAlias, isNode, LineCounter, parseDocument, visit } from 'yaml'
import type { Document } from 'yaml'

export type FileFormat = 'toml' | 'yaml'

export type FileValue = string | number | bigint | boolean | TomlDate | FileValue[] | FileTable
export interface FileTable {
  [key: string]: FileValue
}

/** What a configuration file says, or the faults of its syntax. These never quote it: the line may hold a password. */
export function parseConfigText(
  text: string,
  format: FileFormat,
): { table: FileTable } | { faults: string[] } {
  try {
    return format === 'toml' ? { table: parse(text) } : parseYaml(text)
  } catch (err) {
    if (err instanceof TomlError) return syntaxFault('TOML', err)
    // Nested too deeply for the stack.
    if (err instanceof RangeError) return { faults: [`${format.toUpperCase()} file: nested too deeply`] }
    throw err
  }
}

export function isTable(value: FileValue): value is FileTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof TomlDate)
}

/**
 * The part of YAML that JSON has too, in YAML's clothes: maps, lists and scalars. Every scalar is text, as an environment
 * variable is, so that `no` or `0123` stay what they are; a key with nothing behind it, or `null`, is not set. Tags,
 * anchors and aliases are refused: a settings file needs none, and ten lines of them can mean a gigabyte.
 */
function parseYaml(text: string): { table: FileTable } | { faults: string[] } {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    schema: 'failsafe',
    customTags: ['null'],
    lineCounter: lines,
    prettyErrors: false,
    // Only `silent` would pass over a second document.
    logLevel: 'error',
  })
  const [error] = document.errors
  if (error) {
    const { line, col } = lines.linePos(error.pos[0])
    return syntaxFault('YAML', { line, column: col })
  }
  const refused = refusedNodes(document, lines)
  if (refused.length > 0) return { faults: refused }
  const content: unknown = document.toJS()
  if (content === null) return { table: {} }
  if (typeof content !== 'object' || Array.isArray(content))
    return { faults: ['YAML file: must hold a map of settings'] }
  return { table: withoutNulls(content) }
}

function syntaxFault(
  format: string,
  { line, column }: { line: number; column: number },
): { faults: string[] } {
  return { faults: [`${format} file: syntax error in line ${line}, column ${column}`] }
}

function refusedNodes(document: Document, lines: LineCounter): string[] {
  const faults: string[] = []
  visit(document, (_key, node) => {
    if (!isNode(node)) return
    const at = `in line ${lines.linePos(node.range?.[0] ?? 0).line}`
    if (isAlias(node) || node.anchor !== undefined)
      faults.push(`YAML file: anchors and aliases are not taken, ${at}`)
    else if (node.tag !== undefined) faults.push(`YAML file: tags are not taken, ${at}`)
  })
  return faults
}

/** `failsafe` leaves texts, lists and maps, besides the nulls that were asked for. */
type YamlValue = string | null | YamlValue[] | { [key: string]: YamlValue }

function withoutNulls(map: object): FileTable {
  const entries = Object.entries(map as Record<string, YamlValue>).flatMap(([key, value]) =>
    value === null ? [] : [[key, withoutNull(value)] as const],
  )
  return Object.fromEntries(entries)
}

function withoutNull(value: Exclude<YamlValue, null>): FileValue {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.filter((item) => item !== null).map((item) => withoutNull(item))
  return withoutNulls(value)
}
