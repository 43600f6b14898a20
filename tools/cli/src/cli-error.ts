/** What a script can tell from the exit code; docs/cli.md has the same table. */
export const exitCodes = {
  done: 0,
  /** `--exit-code` and no line, or receipts that do not hold. */
  nothing: 1,
  /** The command, or what it asks for, is wrong. */
  usage: 2,
  /** No key, a bad one, or one that may not do that. */
  refused: 3,
  /** The broker is away, overloaded or too slow. */
  unavailable: 4,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export interface CliErrorOptions {
  requestId?: string | undefined
  code?: string | undefined
  cause?: unknown
}

/** An end that the user is told of: one sentence of what is wrong, and what to do about it. */
export class CliError extends Error {
  readonly exitCode: ExitCode
  /** What the broker calls the request in its own log. */
  readonly requestId: string | undefined

  /** Of the problem catalogue, where the broker said it. */
  readonly code: string | undefined

  constructor(message: string, exitCode: ExitCode, options: CliErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'CliError'
    this.exitCode = exitCode
    this.requestId = options.requestId
    this.code = options.code
  }
}

export function usageError(message: string): CliError {
  return new CliError(message, exitCodes.usage)
}
