import { CommanderError } from 'commander'
import { buildProgram } from './build-program.ts'
import { CliError, exitCodes } from './cli-error.ts'
import { neutralise } from './terminal/neutralise.ts'
import { openTerminal } from './terminal/open-terminal.ts'

// npm goes to the root of the repository before it runs a script, and tells where it was called.
const { INIT_CWD, npm_lifecycle_event } = process.env
if (npm_lifecycle_event === 'logboom' && INIT_CWD) process.chdir(INIT_CWD)
process.on('SIGINT', () => process.exit(exitCodes.interrupted))

const { stdin, stdout, stderr, env } = process
const terminal = openTerminal({ stdin, stdout, stderr, env }, () => process.exit(exitCodes.done))
const { program, session } = buildProgram(terminal)
try {
  await program.parseAsync()
  process.exitCode = session.exitCode
} catch (error) {
  process.exitCode = report(error, program.opts<{ verbose?: true }>().verbose === true)
}

/** One sentence, and never a stack but where it is a fault of ours. */
function report(error: unknown, verbose: boolean): number {
  // commander has said it already; its help and version are no errors
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  if (!(error instanceof CliError)) {
    terminal.note(`logboom: this is a fault of logboom itself: ${neutralise(String(error))}\n`)
    if (verbose && error instanceof Error) terminal.note(`${error.stack}\n`)
    return exitCodes.usage
  }
  if (error.exitCode === exitCodes.interrupted) return error.exitCode
  terminal.note(`logboom: ${neutralise(error.message)}\n`)
  if (verbose && error.requestId !== undefined) terminal.note(`request_id: ${neutralise(error.requestId)}\n`)
  if (verbose && error.cause instanceof Error) terminal.note(`cause: ${neutralise(causeOf(error.cause))}\n`)
  return error.exitCode
}

/** `fetch` says "fetch failed", and keeps the reason below. */
function causeOf(error: Error): string {
  return error.cause instanceof Error ? causeOf(error.cause) : error.message
}
