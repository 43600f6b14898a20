import type { Command } from 'commander'
import type { Broker } from './broker/open-broker.ts'
import { openBroker } from './broker/open-broker.ts'
import { exitCodes, usageError } from './cli-error.ts'
import type { ExitCode } from './cli-error.ts'
import { chooseProfile } from './profile/choose-profile.ts'
import type { ChosenProfile } from './profile/choose-profile.ts'
import type { Terminal } from './terminal/open-terminal.ts'

/** What every command has: where it reads and writes, and the broker that is meant. */
export interface Session {
  terminal: Terminal
  /** With which the process ends when nothing is thrown. */
  exitCode: ExitCode
  /** As `--profile` says it. */
  namedProfile(): string | undefined
  profile(): ChosenProfile
  broker(): Broker
  /** Resolves when the user agrees; `isGiven` is `--yes`. */
  confirm(question: string, isGiven: boolean): Promise<void>
}

export function openSession(program: Command, terminal: Terminal): Session {
  const namedProfile = () => program.opts<{ profile?: string }>().profile
  const profile = () => chooseProfile(namedProfile(), terminal.env, terminal.note)
  return {
    terminal,
    exitCode: exitCodes.done,
    namedProfile,
    profile,
    broker: () => openBroker(profile()),
    async confirm(question, isGiven) {
      if (isGiven) return
      if (!terminal.inIsTerminal) throw usageError(`${question} Say --yes where nobody can be asked`)
      const answer = await terminal.ask(`${question} [y/N] `)
      if (!/^y(es)?$/i.test(answer.trim())) throw usageError('nothing was done')
    },
  }
}
