import { Agent, request } from 'node:http'
import type { ReadCase } from './read-cases.ts'

export interface ReadClient {
  /** Milliseconds until the whole answer was there. Throws when it is not 200. */
  get(path: string): Promise<{ tookMs: number; body: ReadPage }>
  close(): void
}

export interface ReadPage {
  /** Of a page; a histogram has none. */
  logs?: unknown[]
  total: number
  next_cursor: string | null
}

/** One connection that is kept, as a browser's or a script's. */
export function openReadClient(url: string, key: string): ReadClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const headers = { Authorization: `Bearer ${key}` }
  return {
    async get(path) {
      const startedMs = performance.now()
      const { status, text } = await ask(`${url}${path}`, { agent, headers })
      const tookMs = performance.now() - startedMs
      if (status !== 200) throw new Error(`GET ${path} was answered ${status}: ${text}`)
      return { tookMs, body: JSON.parse(text) as ReadPage } // held to by the API's own tests
    },
    close: () => agent.destroy(),
  }
}

/** However slow a search is, the others want their turn. */
const patienceMs = 15_000

/** Times one search again and again, a few times unheard first. @throws when an answer lacks lines or has too many */
export async function timeReads(
  client: ReadClient,
  { id, path, lines }: ReadCase,
  samples: number,
): Promise<number[]> {
  const warmUps = 3
  const giveUpMs = performance.now() + patienceMs
  const tookMs: number[] = []
  for (let sample = -warmUps; sample < samples; sample += 1) {
    const answer = await client.get(path(sample + warmUps))
    const { length } = answer.body.logs ?? []
    if (!answer.body.logs && !answer.body.total) throw new Error(`${id}: a histogram of nothing`)
    if (lines !== undefined && length !== lines)
      throw new Error(`${id}: ${length} lines instead of ${lines}: ${path(sample + warmUps)}`)
    if (sample >= 0) tookMs.push(answer.tookMs)
    if (tookMs.length > 0 && performance.now() > giveUpMs) break
  }
  return tookMs
}

/** Pages of 1 000 lines by cursor: how many times longer than the first page each further one took. */
export async function timePages(
  client: ReadClient,
  path: ReadCase['path'],
  { samples, pages }: { samples: number; pages: number },
): Promise<number[]> {
  const ratios: number[] = []
  for (let sample = 0; sample < samples; sample += 1) {
    const first = await client.get(`${path(sample)}?limit=1000`)
    let cursor = first.body.next_cursor
    for (let page = 2; page <= pages && cursor !== null; page += 1) {
      const { tookMs, body } = await client.get(`${path(sample)}?limit=1000&cursor=${cursor}`)
      ratios.push(tookMs / first.tookMs)
      cursor = body.next_cursor
    }
  }
  return ratios
}

function ask(
  url: string,
  options: { agent: Agent; headers: Record<string, string> },
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const req = request(url, options, (res) => {
      let text = ''
      res.setEncoding('utf8')
      res.on('data', (chunk: string) => (text += chunk))
      res.on('end', () => resolve({ status: res.statusCode ?? 0, text }))
      res.on('error', reject)
    })
    req.on('error', reject)
    req.end()
  })
}
