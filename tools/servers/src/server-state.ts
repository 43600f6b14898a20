import { randomBytes } from 'node:crypto'
import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { identify, signalProcess, signalTree } from './process-table.ts'

type Process = { pid: number; identity: string }
type Run = { server: Process; owner: Process; stopSignal: NodeJS.Signals }
type Saved = { password: string; port: number | null; run: Run | null }

/** What outlives the process that started a server: its password, its port, and who runs it now. */
export type ServerState = {
  readonly password: string
  readonly lastPort: number | undefined
  started(pid: number, port: number, stopSignal: NodeJS.Signals): void
  stopped(): void
}

const ORPHAN_DEADLINE_MS = 20_000

/**
 * Opens the state file `path` (JSON, mode 0600), and ends the server written there if its owner was killed and left it.
 * Throws while the owner is alive: two servers on one data directory would destroy it.
 */
export async function openServerState(path: string): Promise<ServerState> {
  let saved = readState(path) ?? { password: randomBytes(18).toString('base64url'), port: null, run: null }
  const save = (change: Partial<Saved>) => {
    saved = { ...saved, ...change }
    writeState(path, saved)
  }
  if (saved.run && isAlive(saved.run.server)) {
    const { owner } = saved.run
    if (isAlive(owner)) throw new Error(`the server of ${path} already runs, started by process ${owner.pid}`)
    await endOrphan(saved.run)
  }
  save({ run: null })
  return {
    password: saved.password,
    lastPort: saved.port ?? undefined,
    started(pid, port, stopSignal) {
      save({ port, run: { server: describe(pid), owner: describe(process.pid), stopSignal } })
    },
    stopped: () => save({ run: null }),
  }
}

/** Ends every server in `dir` whose owner was killed. False when one has a living owner: leave the folder alone then. */
export async function endLeftovers(dir: string): Promise<boolean> {
  const states = readdirSync(dir).filter((name) => name.endsWith('.json'))
  const runs = states.flatMap((name) => readState(join(dir, name))?.run ?? [])
  if (runs.some((run) => isAlive(run.owner))) return false
  for (const run of runs) if (isAlive(run.server)) await endOrphan(run)
  return true
}

async function endOrphan({ server, stopSignal }: Run): Promise<void> {
  // It may have been frozen when its owner was killed: a frozen process does not hear the stop signal.
  signalTree(server.pid, 'SIGCONT')
  signalProcess(server.pid, stopSignal)
  const deadline = Date.now() + ORPHAN_DEADLINE_MS
  while (isAlive(server)) {
    if (Date.now() > deadline) signalTree(server.pid, 'SIGKILL')
    await wait(20)
  }
}

function describe(pid: number): Process {
  return { pid, identity: identify(pid) ?? '' }
}

function isAlive({ pid, identity }: Process): boolean {
  return identify(pid) === identity
}

function readState(path: string): Saved | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  return JSON.parse(text) as Saved // only writeState writes it
}

function writeState(path: string, saved: Saved): void {
  const draft = `${path}.new`
  writeFileSync(draft, `${JSON.stringify(saved)}\n`, { mode: 0o600 })
  renameSync(draft, path) // whole or not at all, if we are killed here
}
