import type { StoredEntry } from '@logboom/contracts'
import type { ExportFormat } from './export-format.ts'
import { terminalText } from './terminal-text.ts'

/**
 * For reading: `timestamp level namespace/pod/container message`. Further lines of a message are indented, and what is said of
 * the export itself begins with `#`, so that no message can pass for another line.
 */
export function createTextFormat(): ExportFormat {
  return {
    contentType: 'text/plain; charset=utf-8',
    extension: 'log',
    part: (all, { nextCursor, entries }) =>
      all.map(lineOf).join('') + `# export: entries=${entries} next_cursor=${nextCursor}\n`,
    end: (outcome) =>
      outcome.complete
        ? `# export: complete, entries=${outcome.entries}\n`
        : `# export: incomplete (${outcome.code}), entries=${outcome.entries} next_cursor=${outcome.nextCursor ?? ''}\n`,
  }
}

function lineOf({ timestamp, level, namespace, pod_name, container_name, message }: StoredEntry): string {
  const place = [namespace, pod_name, ...(container_name === null ? [] : [container_name])]
  return `${timestamp} ${(level ?? '-').padEnd(5)} ${place.map(oneLine).join('/')} ${terminalText(message)}\n`
}

function oneLine(text: string): string {
  return terminalText(text).replaceAll('\n', ' ')
}
