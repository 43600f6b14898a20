import { getJson } from './request.ts'

/** A registry of which one page is shown has no more than this; what is beyond it can be had by the API. */
const itemsMax = 5_000
const pageItems = 1_000

export interface WholeList<T> {
  items: T[]
  /** There is more than was read. */
  isCut: boolean
}

/** All items of a list, page by page. `key` is what the answer calls them; `path` may have parameters. */
export async function readAll<T>(path: string, key: string, signal: AbortSignal): Promise<WholeList<T>> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const query: string = new URLSearchParams({
      limit: String(pageItems),
      ...(cursor !== null && { cursor }),
    }).toString()
    const url = `${path}${path.includes('?') ? '&' : '?'}${query}`
    const answer: Record<string, unknown> = await getJson(url, { signal })
    items.push(...(answer[key] as T[])) // as the contract of every list has it
    cursor = answer['next_cursor'] as string | null
  } while (cursor !== null && items.length < itemsMax)
  return { items, isCut: cursor !== null }
}
