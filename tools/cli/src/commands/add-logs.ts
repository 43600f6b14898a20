import { Option } from 'commander'
import type { Command } from 'commander'
import { addFilterOptions, countOption } from '../logs/filter-options.ts'
import { addShowOptions } from '../logs/show-options.ts'
import type { Session } from '../session.ts'
import { runExport } from './run-export.ts'
import { runFollow } from './run-follow.ts'
import { runSearch } from './run-search.ts'
import type { LogsOptions } from './logs-options.ts'

const examples = `
Examples:
  logboom logs                                    the newest 100 lines of all agents
  logboom logs -s 15m --min-level WARN            what went wrong in the last 15 minutes
  logboom logs -a edge-1 -n production timed out  of one agent and namespace, with this text
  logboom logs -f --pod web-                      follow some pods
  logboom logs --attr trace_id=4bf92f35 -C 3      a trace, with 3 lines around each of its lines
  logboom logs --all -s 1h -o csv --out hour.csv  everything of the last hour, into a file

Lines are shown oldest first, in your time zone. A line of text stands for itself only on -o raw; elsewhere what a
terminal would obey is shown as \\x1b and the like. Notes go to standard error.`

export function addLogs(program: Command, session: Session): void {
  const command = program
    .command('logs')
    .alias('log')
    .summary('search and follow lines')
    .description('Shows lines: the newest ones that match, or all, or those that come.')
    .argument('[text...]', 'text that a line must have, in any case; or /re/, as --grep')
  addFilterOptions(command)
  addShowOptions(command)
  command
    .addOption(new Option('--limit <n>', 'lines at most').argParser(countOption).default(undefined, '100'))
    .addOption(
      new Option('--tail <n>', 'the newest n lines; with -f before those that come').argParser(countOption),
    )
    .addOption(
      new Option('--order <order>', 'asc: from the oldest line on; desc: the newest line first').choices([
        'asc',
        'desc',
      ]),
    )
    .addOption(
      new Option('-f, --follow', 'go on with what comes, until Ctrl-C').conflicts([
        'all',
        'until',
        'order',
        'context',
        'limit',
      ]),
    )
    .addOption(
      new Option('-C, --context <n>', 'also n lines of the same container before and after each')
        .argParser(countOption)
        .conflicts(['all']),
    )
    .addOption(new Option('--all', 'all lines that match, not only 100').conflicts(['limit', 'tail']))
    .option('--out <file>', 'with --all: into this file, which is there when it is whole')
    .option('--exit-code', 'end with 1 when no line matches, as grep does')
    .addHelpText('after', examples)
    .action(async (words: string[], options: LogsOptions) => {
      if (options.follow) await runFollow(session, options, words)
      else if (options.all || options.out !== undefined) await runExport(session, options, words)
      else await runSearch(session, options, words)
    })
}

export function addExport(program: Command, session: Session): void {
  const command = program
    .command('export')
    .summary('all lines that match, as `logs --all`')
    .description(
      'Writes every line that matches, oldest first, however many; goes on by itself when the connection breaks.',
    )
    .argument('[text...]', 'text that a line must have, in any case; or /re/, as --grep')
  addFilterOptions(command)
  addShowOptions(command)
  command
    .addOption(new Option('--order <order>', 'by time').choices(['asc', 'desc']).default('asc'))
    .option('--out <file>', 'into this file, which is there when it is whole')
    .option('--exit-code', 'end with 1 when no line matches, as grep does')
    .addHelpText(
      'after',
      `
Examples:
  logboom export -s 1h -o json --out hour.ndjson   everything of the last hour
  logboom export -n production -o raw | gzip > production.log.gz`,
    )
    .action((words: string[], options: LogsOptions) => runExport(session, options, words))
}
