import { Command } from 'commander'
import { addAgents } from './commands/add-agents.ts'
import { addCompletion } from './commands/add-completion.ts'
import { addDeadLetters } from './commands/add-dead-letters.ts'
import { addGaps } from './commands/add-gaps.ts'
import { addKeys } from './commands/add-keys.ts'
import { addLogin } from './commands/add-login.ts'
import { addExport, addLogs } from './commands/add-logs.ts'
import { addLogout } from './commands/add-logout.ts'
import { addRetention } from './commands/add-retention.ts'
import { addStats } from './commands/add-stats.ts'
import { addWhoami } from './commands/add-whoami.ts'
import { openSession } from './session.ts'
import type { Session } from './session.ts'
import type { Terminal } from './terminal/open-terminal.ts'
import { version } from './version.ts'

/** All commands; parsing throws commander's errors, and a `CliError` of what is run. */
export function buildProgram(terminal: Terminal): { program: Command; session: Session } {
  const program = new Command('logboom')
    .description('Searches and follows the lines of a Logboom broker, and looks after it.')
    .version(version, '-V, --version')
    .option('--profile <name>', 'the broker of this name; see `logboom login`')
    .option('--verbose', 'say more about what goes wrong')
    .exitOverride()
    .configureOutput({
      writeErr: terminal.note,
      outputError: (text, write) => write(text.replace(/^error: /, 'logboom: ')),
    })
    .showHelpAfterError('(--help shows what there is)')
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText(
      'after',
      `
Examples:
  logboom login http://127.0.0.1:3100 --key-file .logboom/admin.pak
  logboom logs -f --min-level WARN
  logboom agents

Exit codes: 0 done; 1 no line matches (--exit-code), or receipts do not hold; 2 the command or what it asks for is
wrong; 3 no key, or one that may not do that; 4 the broker is away or overloaded; 130 Ctrl-C.`,
    )
  const session = openSession(program, terminal)
  for (const add of [
    addLogin,
    addLogout,
    addWhoami,
    addLogs,
    addExport,
    addGaps,
    addAgents,
    addKeys,
    addRetention,
    addStats,
    addDeadLetters,
    addCompletion,
  ]) {
    add(program, session)
  }
  return { program, session }
}
