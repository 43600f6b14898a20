import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'

type ProcessRow = { pid: number; parent: number; state: string; started: string }

/**
 * What tells a process from a later one that was given the same number: its start time.
 * Undefined when no such process runs (a zombie does not run).
 */
export function identify(pid: number): string | undefined {
  const row = onLinux() ? readProc(pid) : readPs(['-p', String(pid)])[0]
  return row && !row.state.startsWith('Z') ? row.started : undefined
}

/** Sends a signal to a process and all its descendants; those that are gone already are passed over. */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  for (const member of [pid, ...descendantsOf(pid)]) signalProcess(member, signal)
}

/** Sends a signal to one process; false when it is gone already. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

function descendantsOf(root: number): number[] {
  const found: number[] = []
  const rows = onLinux() ? readAllProc() : readPs(['-A'])
  for (let parents = [root]; parents.length > 0;) {
    const children = rows.filter((row) => parents.includes(row.parent)).map((row) => row.pid)
    found.push(...children)
    parents = children
  }
  return found
}

// Slim container images have no ps, hence /proc where it exists.
function onLinux(): boolean {
  return process.platform === 'linux'
}

function readAllProc(): ProcessRow[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => readProc(Number(pid)) ?? [])
}

function readProc(pid: number): ProcessRow | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  // "pid (name) state ppid … starttime …": the name may hold blanks and brackets, so count from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { pid, state: fields[0] ?? '', parent: Number(fields[1]), started: fields[19] ?? '' }
}

function readPs(selection: string[]): ProcessRow[] {
  const args = [...selection, '-o', 'pid=', '-o', 'ppid=', '-o', 'state=', '-o', 'lstart=']
  let table: string
  try {
    table = execFileSync('ps', args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
  } catch {
    return []
  }
  return table.split('\n').flatMap((line) => {
    const [pid, parent, state, ...started] = line.trim().split(/\s+/)
    return state === undefined
      ? []
      : [{ pid: Number(pid), parent: Number(parent), state, started: started.join(' ') }]
  })
}
