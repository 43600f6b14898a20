import type { Command } from 'commander'
import { describeIdentity, readIdentity } from '../broker/identity.ts'
import { openBroker } from '../broker/open-broker.ts'
import type { Session } from '../session.ts'
import { listFormatOption, printFacts, printJson } from './print.ts'
import type { ListFormat } from './print.ts'

export function addWhoami(program: Command, session: Session): void {
  program
    .command('whoami')
    .summary('which broker, by which key, and what it may do')
    .addOption(listFormatOption())
    .action(async ({ output }: { output: ListFormat }) => {
      const profile = session.profile()
      const identity = await readIdentity(openBroker(profile))
      if (output === 'json') return printJson(session.terminal, { url: profile.url, ...identity })
      await printFacts(session.terminal, [
        ['broker', profile.url],
        ['profile', profile.name ?? '(by LOGBOOM_URL and LOGBOOM_KEY)'],
        ['key', describeIdentity(identity)],
        ...(identity.agents ?? []).map((id) => ['agent', id] as const),
      ])
    })
}
