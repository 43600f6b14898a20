import type { StoredEntry } from '@logboom/contracts'
import { connectionError } from '../broker/connection-error.ts'
import type { Broker, Query } from '../broker/open-broker.ts'
import { readLines } from '../broker/read-lines.ts'
import { resume } from '../broker/resume.ts'
import type { ResumeOptions } from '../broker/resume.ts'
import type { LogRequest } from './filter-options.ts'

/** What stands between the lines of an export, and after them. */
interface ExportMark {
  /** Where to go on behind what came before it; null also where nothing came. */
  next_cursor: string | null
  /** That was all. */
  complete: boolean
}

type ExportItem = StoredEntry | { export: ExportMark }

export interface ExportOptions extends Pick<ResumeOptions, 'lost' | 'back'> {
  order: 'asc' | 'desc'
}

/** 5 s each at last, so a broker may be away for a minute and a half. */
const triesMax = 20

/**
 * Every line that matches, however many. Where the connection breaks it goes on behind what it has had.
 * @throws {CliError} when the broker refuses, or stays away
 */
export async function* exportLogs(
  broker: Broker,
  { path, query }: LogRequest,
  { order, lost, back }: ExportOptions,
): AsyncGenerator<StoredEntry> {
  let where: Query = []
  /** Those behind the last mark, which a resumed export begins with again. */
  const had = new Set<string>()
  const open = (answered: () => void) => {
    const asked: Query = [...query, ['format', 'ndjson'], ['order', order], ...where]
    return openExport(broker, { path, query: asked }, answered)
  }
  for await (const item of resume(open, { triesMax, lost, back })) {
    if ('export' in item) {
      const { complete, next_cursor: cursor } = item.export
      if (complete) return
      if (cursor === null) continue
      where = [['cursor', cursor]]
      had.clear()
    } else if (!had.has(item.id)) {
      had.add(item.id)
      yield item
    }
  }
}

async function* openExport(
  broker: Broker,
  { path, query }: LogRequest,
  answered: () => void,
): AsyncGenerator<ExportItem> {
  const cut = new AbortController()
  const { body } = await broker.open(`${path}/export`, { query, signal: cut.signal })
  answered()
  if (!body) return
  try {
    for await (const line of readLines(body)) {
      if (line !== '') yield JSON.parse(line) as ExportItem // the API's own shapes
    }
  } catch (error) {
    throw connectionError(broker.url, error)
  } finally {
    cut.abort()
  }
}
