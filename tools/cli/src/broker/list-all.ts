import type { Broker, Query } from './open-broker.ts'

const pageItems = '1000'

/** Every item of a list, page after page; `name` is what the answer calls them. */
export async function* listAll<T>(
  broker: Broker,
  path: string,
  name: string,
  query: Query = [],
): AsyncGenerator<T> {
  let cursor: string | null = null
  do {
    const turned: Query = cursor === null ? [] : [['cursor', cursor]]
    const page = await broker.get<Record<string, unknown>>(path, [...query, ['limit', pageItems], ...turned])
    yield* page[name] as T[] // by the list's name, as the API has it
    cursor = page['next_cursor'] as string | null // of every list
  } while (cursor !== null)
}

export async function collect<T>(items: AsyncIterable<T>, max = Number.POSITIVE_INFINITY): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) {
    if (all.length >= max) break
    all.push(item)
  }
  return all
}
