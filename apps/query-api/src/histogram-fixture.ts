import { LogHistogram } from '@logboom/contracts'
import type { LogPage } from '@logboom/contracts'
import type { TestQueryApi } from './query-fixture.ts'

/** A histogram; fails for any other answer. */
export async function histogramOf(
  api: TestQueryApi,
  path: string,
  query: string,
  as = api.admin,
): Promise<LogHistogram> {
  const { status, body, text } = await api.get(`${path}/histogram?${query}`, as)
  if (status !== 200) throw new Error(text)
  return LogHistogram.parse(body)
}

/** What `level: count` there is in which bucket, without those that are 0, by the histogram itself. */
export function shownBy({ buckets }: LogHistogram): Record<string, number> {
  const shown = buckets.flatMap(({ time, levels }) =>
    Object.entries(levels).map(([level, count]): [string, number] => [`${time} ${level}`, count]),
  )
  return Object.fromEntries(shown.filter(([, count]) => count > 0))
}

/** The same by every entry that a search finds in the histogram's window. */
export async function foundBy(
  api: TestQueryApi,
  path: string,
  query: string,
  { since, until, interval_seconds }: LogHistogram,
): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (let cursor = ''; ;) {
    const page: LogPage = await api.page(
      `${path}?${query}&since=${since}&until=${until}&limit=1000&total=none${cursor}`,
    )
    for (const { timestamp, level } of page.logs) {
      const intervalMs = interval_seconds * 1000
      const time = new Date(Math.floor(Date.parse(timestamp) / intervalMs) * intervalMs).toISOString()
      const key = `${time.slice(0, 19)}.000000000Z ${level ?? 'none'}`
      found[key] = (found[key] ?? 0) + 1
    }
    if (!page.has_more) return found
    cursor = `&cursor=${page.next_cursor}`
  }
}
