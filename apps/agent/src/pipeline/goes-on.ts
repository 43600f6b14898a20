import { severityOf } from '@logboom/contracts'
import type { LineGroup } from '../spool/position.ts'

/** What is being printed, where its lines do not say by themselves that they go on. */
export type GroupKind = 'python' | 'python_end' | 'go' | 'rust' | 'rust_message'

export interface GoingOn {
  /** Else only if the line has no level of its own. */
  isSure: boolean
  /** Of the group, with this line. */
  kind: string | null
}

/** Whether a line goes on with the group before it: a frame of a stack, a cause, an indented line. */
export function goesOn(text: string, group: LineGroup): GoingOn | null {
  if (group.kind === null && !followsError(group) && !mayGoOn(text)) return null
  if (jsonObject.test(text)) return null
  if (group.kind !== null) {
    const kind = kindAfter(group.kind, text)
    // `INFO:root:…` looks as a Python exception does.
    if (kind !== null) return { isSure: kind !== 'python_end', kind }
  }
  if (frame.test(text)) return { isSure: true, kind: kindOfHead(text) }
  if (followsError(group) && (exceptionName.test(text) || tracebackBegin.test(text)))
    return { isSure: true, kind: kindOfHead(text) }
  if (group.lines > 1 && closing.test(text)) return { isSure: true, kind: null }
  return indented.test(text) ? { isSure: false, kind: group.kind } : null
}

/** What a line begins that belongs to no group before it. */
export function kindOfHead(text: string): GroupKind | null {
  if (text.endsWith('Traceback (most recent call last):')) return 'python'
  const first = text.charCodeAt(0)
  if ((first === 0x70 || first === 0x66 || first === 0x67) && goBegin.test(text)) return 'go'
  if (first === 0x74 && rustBegin.test(text)) return 'rust_message'
  return null
}

/** Nearly every line begins with something else, and is told apart by its first character. */
function mayGoOn(text: string): boolean {
  switch (text.charCodeAt(0)) {
    case 0x09: // tab
    case 0x20: // blank
    case 0x29: // )
    case 0x2d: // -
    case 0x2e: // .
    case 0x2f: // a path of Ruby
    case 0x43: // Caused by
    case 0x53: // Suppressed
    case 0x5d: // ]
    case 0x61: // at, app/
    case 0x63: // config/
    case 0x67: // goroutine
    case 0x6c: // lib/
    case 0x7d: // }
      return true
    default:
      return false
  }
}

/** A logger prints the exception under the line that it logs. */
function followsError({ level, lines }: LineGroup): boolean {
  return lines === 1 && level !== null && severityOf[level] >= severityOf.WARN
}

/** A line that is an object of its own, wherever it stands. */
const jsonObject = /^\s*\{\s*"/

/** Java, JavaScript, .NET, Python, Ruby, Go: what only stacks have. */
const frame =
  /^\s+at\s+\S|^at [\w$.<>]+\(|^\s*(?:Caused by|Suppressed): |^\s*\.\.\. \d+ (?:more|common frames omitted)|^\s*--- End of |^\s+---?> |^\s+File "|^\s*(?:from )?\S+\.rb:\d+:in ['`][^'`]*'$|^goroutine \d+ \[/

const exceptionName =
  /^(?:[a-z_$][\w$]*\.){0,16}[A-Z][\w$]{0,99}(?:Exception|Error|Throwable|Failure|Fault|Exit|Interrupt)(?:: |:?\s*$)|^(?:[a-z_$][\w$]*\.){2,16}[A-Z][\w$]{0,99}(?:: |$)/
const tracebackBegin = /^Traceback \(most recent call last\):$/
/** What ends a dump that began with `{`. */
const closing = /^[}\])]{1,4}[,;]?$/
const indented = /^(?:\t| {2})\s*\S/

const goBegin = /^(?:panic: |fatal error: |goroutine \d+ \[)/
const rustBegin = /^thread '[^']*' (?:\(\d+\) )?panicked at /
const blank = /^\s*$/

const pythonLink = /^(?:During handling of the above exception|The above exception was the direct cause)/
const pythonException = /^[A-Za-z_][\w.]*(?::|$)/
const goLine =
  /^(?:\s*$|\t|goroutine \d+ \[|panic: |created by |\[signal |exit status \d|r(?:[abcd]x|[sd]i|[bs]p|\d{1,2}|ip|flags) +0x|[cfg]s +0x)/
/** `main.(*T).do(0xc000012345, {0x1, 0x2})`; the end is looked at apart, which keeps it linear. */
const goCall = /^[\w./*()[\]{}$-]{1,300}\(/
const rustLine = /^(?:note: |stack backtrace:|\s+\d+: |\s+at )/

/** The kind that a group goes on with; null where the line is none of it. */
function kindAfter(kind: string, text: string): GroupKind | null {
  if (kind === 'python') {
    if (/^\s/.test(text) || text === '') return 'python'
    return pythonException.test(text) ? 'python_end' : null
  }
  if (kind === 'python_end') {
    if (tracebackBegin.test(text)) return 'python'
    return blank.test(text) || pythonLink.test(text) ? 'python_end' : null
  }
  if (kind === 'go') return goLine.test(text) || (text.endsWith(')') && goCall.test(text)) ? 'go' : null
  if (kind === 'rust_message') return 'rust'
  if (kind === 'rust') return rustLine.test(text) ? 'rust' : null
  return null
}
