import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'

export interface RunningCli {
  child: ChildProcess
  /** Everything so far. */
  stdout(): string
  stderr(): string
  exited: Promise<CliEnd>
}

export interface CliEnd {
  code: number | string
  stdout: string
  stderr: string
}

const main = join(import.meta.dirname, '../../tools/cli/src/main.ts')

/** The command line as a process, with nothing of our own environment but PATH. */
export function startCli(args: readonly string[], env: Record<string, string>, input?: string): RunningCli {
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const child = spawn(process.execPath, [main, ...args], { env: { PATH, NODE_COMPILE_CACHE, ...env } })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  child.stdin.on('error', () => undefined) // it may have ended before it has read all
  child.stdin.end(input)
  const exited = new Promise<CliEnd>((resolve) => {
    child.once('close', (code, signal) => resolve({ code: code ?? signal ?? '', ...output }))
  })
  return { child, stdout: () => output.stdout, stderr: () => output.stderr, exited }
}

export function runCli(
  args: readonly string[],
  env: Record<string, string>,
  input?: string,
): Promise<CliEnd> {
  return startCli(args, env, input).exited
}
