import type { Argument, Command, Option } from 'commander'

/** What may stand where the cursor is; `values` names what only the broker or a file knows. */
export interface Completion {
  words: string[]
  values: 'agents' | 'profiles' | 'files' | null
}

/** The last word is the one that is being typed, empty after a blank. Follows the structure of the commands alone. */
export function completeWords(program: Command, words: readonly string[]): Completion {
  const typed = words.at(-1) ?? ''
  let command = program
  let open: Option | undefined
  let places = 0
  for (const word of words.slice(0, -1)) {
    if (open) open = undefined
    else if (word.startsWith('-')) open = word.includes('=') ? undefined : takingValue(command, word)
    else {
      const inner = command.commands.find((known) => [known.name(), ...known.aliases()].includes(word))
      if (inner) command = inner
      else places += 1
    }
  }
  if (open) return valuesOf(open, typed)
  const [, flag, start] = /^(--[\w-]+)=(.*)$/.exec(typed) ?? []
  const assigned = flag === undefined ? undefined : takingValue(command, flag)
  if (flag !== undefined && assigned) {
    const { words: found, values } = valuesOf(assigned, start ?? '')
    return { words: found.map((word) => `${flag}=${word}`), values }
  }
  if (typed.startsWith('-')) return { words: matching(flagsOf(command), typed), values: null }
  return placesOf(command, places, typed)
}

function optionsOf(command: Command): Option[] {
  return [...command.options, ...(command.parent ? optionsOf(command.parent) : [])].filter(
    ({ hidden }) => !hidden,
  )
}

function takingValue(command: Command, flag: string): Option | undefined {
  return optionsOf(command).find(
    (option) => [option.long, option.short].includes(flag) && (option.required || option.optional),
  )
}

function flagsOf(command: Command): string[] {
  return [...optionsOf(command).map(({ long, short }) => long ?? short ?? ''), '--help']
}

const byFlag: Record<string, NonNullable<Completion['values']>> = {
  '--agent': 'agents',
  '--only-agent': 'agents',
  '--profile': 'profiles',
  '--out': 'files',
  '--key-file': 'files',
  '--ca': 'files',
}

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']
const ages = ['5m', '15m', '1h', '6h', '12h']
const usual: Record<string, string[]> = {
  '--level': levels,
  '--min-level': levels,
  '--since': ages,
  '--until': ages,
}

function valuesOf({ long, argChoices }: Option, typed: string): Completion {
  const known = argChoices ?? usual[long ?? ''] ?? []
  return { words: matching(known, typed), values: byFlag[long ?? ''] ?? null }
}

function placesOf(command: Command, places: number, typed: string): Completion {
  const names = command.commands.filter((inner) => !isHidden(inner)).map((inner) => inner.name())
  const place: Argument | undefined = command.registeredArguments[places]
  const words = matching([...(places === 0 ? names : []), ...(place?.argChoices ?? [])], typed)
  return { words, values: place?.name() === 'agent' ? 'agents' : null }
}

/** What is not in the help is not offered, either. */
function isHidden(command: Command): boolean {
  return command.name().startsWith('__')
}

function matching(words: readonly string[], typed: string): string[] {
  return words.filter((word) => word.startsWith(typed))
}
