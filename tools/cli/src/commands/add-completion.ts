import type { AgentWithProgress } from '@logboom/contracts'
import { Argument } from 'commander'
import type { Command } from 'commander'
import { openBroker } from '../broker/open-broker.ts'
import { completeWords } from '../completion/complete-words.ts'
import type { Completion } from '../completion/complete-words.ts'
import { shellScript, shells } from '../completion/shell-scripts.ts'
import type { Shell } from '../completion/shell-scripts.ts'
import { chooseProfile } from '../profile/choose-profile.ts'
import { profilePath, readProfiles } from '../profile/profile-file.ts'
import type { Session } from '../session.ts'
import { neutralise } from '../terminal/neutralise.ts'

/** Whoever presses Tab does not wait longer. */
const timeoutMs = 1_000

export function addCompletion(program: Command, session: Session): void {
  program
    .command('completion')
    .summary('the script by which a shell completes commands, flags and agents')
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  bash:  echo 'source <(logboom completion bash)' >> ~/.bashrc
  zsh:   echo 'source <(logboom completion zsh)' >> ~/.zshrc
  fish:  logboom completion fish > ~/.config/fish/completions/logboom.fish`,
    )
    .action((shell: Shell) => session.terminal.write(shellScript(shell)))
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: string[]) => {
      const completion = completeWords(program, words)
      const values = await valuesFor(session, completion, words).catch(() => [])
      const lines = [...completion.words, ...values].map((line) => `${neutralise(line)}\n`)
      await session.terminal.write((completion.values === 'files' ? ':files\n' : '') + lines.join(''))
    })
}

async function valuesFor({ terminal }: Session, { values }: Completion, words: string[]): Promise<string[]> {
  const [, flag = '', typed = ''] = /^(--[\w-]+=)?(.*)$/s.exec(words.at(-1) ?? '') ?? []
  const found = (names: string[]) => names.filter((name) => name.startsWith(typed)).map((name) => flag + name)
  if (values === 'profiles') return found(Object.keys(readProfiles(profilePath(terminal.env)).profiles))
  if (values !== 'agents') return []
  const at = words.indexOf('--profile')
  const profile = chooseProfile(at === -1 ? undefined : words[at + 1], terminal.env, () => undefined)
  const query = [['limit', '1000']] as const
  const { agents } = await openBroker(profile, { timeoutMs }).get<{ agents: AgentWithProgress[] }>(
    '/api/v1/agents',
    query,
  )
  return found([...new Set(agents.map(({ name }) => name))])
}
