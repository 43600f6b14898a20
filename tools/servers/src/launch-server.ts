import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { signalProcess, signalTree } from './process-table.ts'
import type { ServerState } from './server-state.ts'

export type Command = { command: string; args: string[]; options?: Pick<SpawnOptions, 'uid' | 'gid' | 'env'> }
export type Exit = { code: number | null; signal: NodeJS.Signals | null }

/** Everything there is to know about running one server. */
export type ServerPlan = Command & {
  name: string
  url: string
  port: number
  logPath: string
  stopSignal: NodeJS.Signals
  /** Resolves when the server answers, rejects while it does not. */
  probe(): Promise<void>
  /** How to send a signal when the server is not a descendant of the spawned command (a container). */
  deliver?: (signal: NodeJS.Signals) => void
  state: Pick<ServerState, 'started' | 'stopped'>
}

/** One life of a server's process. */
export type Run = {
  child: ChildProcess
  pid: number
  exited: Promise<Exit>
  endAsked: boolean
  since: number
}

// A cold start after a crash replays up to max_wal_size of WAL, or the whole append file.
const READY_DEADLINE_MS = 180_000
const STOP_DEADLINE_MS = 20_000
const LOG_BYTES_MAX = 32 * 1024 * 1024

/** Starts the process, and writes down that it is ours. It ends with us, however forgetful we end. */
export function spawnServer(plan: ServerPlan): Run {
  turnOver(plan.logPath)
  const log = openSync(plan.logPath, 'a', 0o600)
  // detached: Ctrl-C reaches the terminal's whole process group, and servers must outlive the drain of their clients.
  const child = spawn(plan.command, plan.args, {
    ...plan.options,
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.on('error', () => undefined) // said below, where there is a caller to tell
  const { pid } = child
  if (pid === undefined) throw new Error(`${plan.name}: ${plan.command} cannot be run`)
  plan.state.started(pid, plan.port, plan.stopSignal)
  child.unref()
  const endWithUs = () => signalAwake(plan, pid)
  process.once('exit', endWithUs)
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      process.off('exit', endWithUs)
      resolve({ code, signal })
    })
  })
  return { child, pid, exited, endAsked: false, since: Date.now() }
}

/** Waits until the server answers. Throws with its last log lines when it ends instead, and ends it when that takes too long. */
export async function whenReady(plan: ServerPlan, run: Run): Promise<void> {
  const deadline = run.since + READY_DEADLINE_MS
  let ended: Exit | undefined
  void run.exited.then((exit) => (ended = exit))
  while (!(await answers(plan))) {
    if (ended)
      throw new Error(
        `${plan.name} ended at its start (${ended.signal ?? ended.code})${lastLines(plan.logPath)}`,
      )
    if (Date.now() > deadline) {
      await endRun(plan, run)
      throw new Error(`${plan.name} did not answer within ${READY_DEADLINE_MS} ms${lastLines(plan.logPath)}`)
    }
    await wait(20)
  }
}

function answers(plan: ServerPlan): Promise<boolean> {
  return plan.probe().then(
    () => true,
    () => false,
  )
}

/** Ends the process gracefully, or else, after a deadline, at once. */
export async function endRun(plan: ServerPlan, run: Run): Promise<void> {
  run.endAsked = true
  if (hasEnded(run)) return
  signalAwake(plan, run.pid)
  const giveUp = setTimeout(() => deliver(plan, run.pid, 'SIGKILL'), STOP_DEADLINE_MS)
  await exitOf(run)
  clearTimeout(giveUp)
}

/** Sends a signal, and waits for the end that SIGKILL brings. Nothing happens when the process has ended already. */
export async function sendSignal(plan: ServerPlan, run: Run, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(run)) return
  deliver(plan, run.pid, signal)
  if (signal === 'SIGKILL') await exitOf(run)
}

function hasEnded({ child }: Run): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

function exitOf(run: Run): Promise<Exit> {
  run.child.ref() // a process alone does not keep us running
  return run.exited
}

function signalAwake(plan: ServerPlan, pid: number): void {
  deliver(plan, pid, 'SIGCONT') // a frozen process would not hear the next one
  deliver(plan, pid, plan.stopSignal)
}

/** SIGKILL, SIGSTOP and SIGCONT mean the whole tree: sessions of PostgreSQL are processes of their own. */
function deliver(plan: ServerPlan, pid: number, signal: NodeJS.Signals): void {
  if (plan.deliver) plan.deliver(signal)
  else if (signal === 'SIGKILL' || signal === 'SIGSTOP' || signal === 'SIGCONT') signalTree(pid, signal)
  else signalProcess(pid, signal)
}

function turnOver(logPath: string): void {
  const bytes = statSync(logPath, { throwIfNoEntry: false })?.size ?? 0
  if (bytes > LOG_BYTES_MAX) renameSync(logPath, `${logPath}.1`)
}

function lastLines(logPath: string): string {
  const lines = readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-10)
  return `; the end of ${logPath}:\n${lines.join('\n')}`
}
