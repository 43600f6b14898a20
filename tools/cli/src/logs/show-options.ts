import { Option } from 'commander'
import type { Command } from 'commander'
import { readAgentNames } from '../broker/agent-names.ts'
import type { Broker } from '../broker/open-broker.ts'
import type { Session } from '../session.ts'
import { choosePaint, colorModes } from '../terminal/paint.ts'
import type { ColorMode } from '../terminal/paint.ts'
import type { FilterOptions } from './filter-options.ts'
import { textOf } from './filter-options.ts'
import type { NoteOptions } from './gap-note.ts'
import { lineFormat, outputFormats } from './line-format.ts'
import type { LineFormat, OutputFormat } from './line-format.ts'

/** How lines are shown, as it stands on the command line. */
export interface ShowOptions {
  output: OutputFormat
  color: ColorMode
  utc?: true
  quiet?: true
}

export function addShowOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '-o, --output <format>',
        'json: one object a line; raw: messages as they are, even to a terminal',
      )
        .choices(outputFormats)
        .default('text'),
    )
    .addOption(new Option('--color <when>', 'colours by level').choices(colorModes).default('auto'))
    .option('--utc', 'times in UTC')
    .option('--quiet', 'without notes')
}

export interface Show {
  format: LineFormat
  /** How notes are written. */
  notes: NoteOptions
  /** A note, unless they are unwanted. */
  note(text: string): void
}

/** Asks the broker for the names of agents, where they will be read. */
export async function chooseShow(
  { terminal }: Session,
  broker: Broker,
  options: ShowOptions & FilterOptions,
  words: readonly string[],
): Promise<Show> {
  const zone = options.utc ? 'utc' : 'local'
  const agents = await readAgentNames(broker)
  const paint = choosePaint(options.color, terminal.outIsTerminal, terminal.env)
  const notePaint = choosePaint(options.color, terminal.notesAreTerminal, terminal.env)
  const isOfOne = options.agent !== undefined
  const text = textOf(options, words)
  return {
    format: lineFormat(options.output, { paint, zone, agents: isOfOne ? null : agents, text }),
    notes: { paint: notePaint, zone, agents },
    note: (line) => {
      if (!options.quiet) terminal.note(line)
    },
  }
}
