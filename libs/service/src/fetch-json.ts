const bytesMax = 262_144
const answerMs = 5_000

/** What a server answered, its JSON unchecked; null for what is none. */
export interface JsonAnswer {
  status: number
  body: unknown
}

/** Asks another server, bounded in time and size, and follows it nowhere else. @throws when it does not answer */
export async function fetchJson(
  url: URL,
  fetchUrl: typeof fetch,
  init: { method?: string; headers?: Record<string, string>; body?: URLSearchParams } = {},
): Promise<JsonAnswer> {
  const answer = await fetchUrl(url, {
    ...init,
    headers: { Accept: 'application/json', ...init.headers },
    redirect: 'error',
    signal: AbortSignal.timeout(answerMs),
  })
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > bytesMax) throw new Error(`the answer of ${url.host} is too large`)
    chunks.push(chunk)
  }
  return { status: answer.status, body: parsed(Buffer.concat(chunks).toString('utf8')) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** What comes in the clear could be replaced on the way; loopback has no way. @throws for any other address */
export function safeUrl(text: string, what: string): URL {
  const url = new URL(text)
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol === 'https:' || (url.protocol === 'http:' && loopback)) return url
  throw new Error(`the ${what} of an OIDC issuer must be https`)
}
