import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { endWithParent, freePort, until } from '@logboom/servers'
import type { Exit } from '@logboom/servers'
import { readMetrics } from './read-metrics.ts'
import type { Metrics } from './read-metrics.ts'

export type RoleName = 'ingest-api' | 'writer-worker' | 'query-api' | 'retention-worker' | 'agent'
export type Environment = Record<string, string>

export interface RolePlan {
  app: RoleName
  /** Tells replicas apart. Default: the app's name. */
  name?: string
  /** Everything it is told; nothing of our own environment reaches it but PATH and where compiled code is kept. */
  env: Environment
  /** Where its output is kept. */
  dir: string
}

/** One role as its own process, on the same ports through all its lives. */
export interface Role {
  readonly name: string
  /** What it was told. */
  readonly env: Environment
  readonly pid: number
  /** How often it was started. Counters of earlier lives are gone. */
  readonly lives: number
  /** SIGKILL: resolves when the process is gone. */
  kill(): Promise<void>
  /** SIGTERM: resolves when the process is gone, with how it ended and how long that took. */
  stop(): Promise<Exit & { tookMs: number }>
  /** After an end; resolves when it is ready. */
  restart(): Promise<void>
  freeze(): void
  thaw(): void
  /** What /readyz says. Rejects when it says nothing within 4 s. */
  readiness(): Promise<{ status: number; checks: Record<string, string> }>
  metrics(): Promise<Metrics>
  /** Everything that it ever wrote to standard output and standard error. */
  output(): string
}

/** Starts a role from its main.ts and waits until /readyz agrees. Throws with its output when it ends instead. */
export async function startRole(plan: RolePlan): Promise<Role> {
  const { app, name = app } = plan
  const env = { OPS_PORT: String(await freePort()), OPS_HOST: '127.0.0.1', ...plan.env }
  const outputPath = join(plan.dir, `${name}.out`)
  const ops = `http://127.0.0.1:${env.OPS_PORT}`
  let life = launch(app, env, outputPath)
  let lives = 1

  const readiness = async () => readReport(await ask(`${ops}/readyz`))
  const role: Role = {
    name,
    env,
    get pid() {
      return life.pid
    },
    get lives() {
      return lives
    },
    async kill() {
      life.child.kill('SIGKILL')
      await life.exited
    },
    async stop() {
      const startedMs = performance.now()
      life.child.kill('SIGTERM')
      return { ...(await life.exited), tookMs: Math.round(performance.now() - startedMs) }
    },
    async restart() {
      await life.exited
      life = launch(app, env, outputPath)
      lives += 1
      await waitUntilReady(role, () => life.exit)
    },
    freeze: () => void life.child.kill('SIGSTOP'),
    thaw: () => void life.child.kill('SIGCONT'),
    readiness,
    metrics: async () => readMetrics(await (await ask(`${ops}/metrics`)).text()),
    output: () => readFileSync(outputPath, 'utf8'),
  }
  await waitUntilReady(role, () => life.exit)
  return role
}

export interface Life {
  child: ChildProcess
  pid: number
  exit: Exit | undefined
  exited: Promise<Exit>
}

/** Starts the process alone, whether or not it will stand. */
export function launch(app: RoleName, env: Environment, outputPath: string): Life {
  const main = join(import.meta.dirname, '../../../apps', app, 'src/main.ts')
  const { command, args } = endWithParent(process.execPath, [main], 'SIGKILL')
  const output = openSync(outputPath, 'a')
  const child = spawn(command, args, {
    env: { ...startedWith(app), ...env },
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  if (child.pid === undefined) throw new Error(`${command} cannot be run`)
  const life: Life = {
    child,
    pid: child.pid,
    exit: undefined,
    exited: new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve((life.exit = { code, signal })))
    }),
  }
  return life
}

/** As bootstrap.mjs starts it. */
function startedWith(app: RoleName): NodeJS.ProcessEnv {
  const { PATH, NODE_COMPILE_CACHE } = process.env
  return { PATH, NODE_COMPILE_CACHE, ...(app === 'agent' && { MALLOC_ARENA_MAX: '1' }) }
}

async function waitUntilReady(role: Role, exit: () => Exit | undefined): Promise<void> {
  const isSettled = async () => exit() !== undefined || (await role.readiness()).status === 200
  await until(isSettled, { what: `${role.name} to be ready`, timeoutMs: 60_000 })
  if (exit()) throw new Error(`${role.name} ended instead of becoming ready:\n${role.output()}`)
}

function ask(url: string): Promise<Response> {
  return fetch(url, { signal: AbortSignal.timeout(4_000) })
}

async function readReport(response: Response): Promise<{ status: number; checks: Record<string, string> }> {
  const { checks } = (await response.json()) as { checks: Record<string, string> } // of libs/service
  return { status: response.status, checks }
}
