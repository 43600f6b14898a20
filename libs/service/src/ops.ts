import type { IncomingMessage, ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import { collectDefaultMetrics } from 'prom-client'
import type { Registry } from 'prom-client'
import { withDeadline } from './deadline.ts'
import type { Lifecycle } from './lifecycle.ts'
import { listenHttp } from './listen-http.ts'

export interface ReadyReport {
  ready: boolean
  /** By dependency: `ok`, or in short what is wrong. */
  checks: Record<string, string>
}

export interface OpsOptions {
  registry: Registry
  /** Mostly `cachedReadiness({ … })`. */
  ready: () => Promise<ReadyReport> | ReadyReport
  /** False when the process should be restarted, such as a loop that makes no progress; looks at nothing external. */
  live?: () => boolean
  /** More pages, by path: for whoever is on this machine or in this pod, since they name what others need not know. */
  debug?: Record<string, DebugPage>
}

/** Makes a page; `accept` is what the client asks for. */
export type DebugPage = (accept: string) => { type: string; body: string }

const checkMs = 2_000

/**
 * `GET /livez`, `/readyz`, `/metrics` on a port of their own. Open it before everything else: what was opened first is
 * closed last, so that /readyz says 503 while the process drains.
 */
export async function serveOps(
  life: Lifecycle,
  { registry, ready, live = () => true, debug = {} }: OpsOptions,
  at: { port: number; host: string },
): Promise<{ port: number }> {
  collectDefaultMetrics({ register: registry })
  const pages: Record<string, (res: ServerResponse, req: IncomingMessage) => Promise<void>> = {
    ...localPages(debug),
    '/livez': async (res) => {
      const isLive = live()
      answer(res, isLive ? 200 : 503, 'text/plain', isLive ? 'ok\n' : 'no progress\n')
    },
    '/readyz': async (res) => {
      const report = life.stopping ? { ready: false, checks: { process: 'stopping' } } : await reportOf(ready)
      answer(res, report.ready ? 200 : 503, 'application/json', `${JSON.stringify(report)}\n`)
    },
    '/metrics': async (res) => answer(res, 200, registry.contentType, await registry.metrics()),
  }
  return listenHttp(
    life,
    'ops',
    (req, res) => {
      const page =
        req.method === 'GET' || req.method === 'HEAD' ? pages[req.url?.split('?')[0] ?? ''] : undefined
      if (!page)
        return answer(res, 404, 'text/plain', `there is ${Object.keys(pages).toSorted().join(', ')}\n`)
      page(res, req).catch(() => answer(res, 500, 'text/plain', 'failed\n'))
    },
    at,
  )
}

function localPages(
  debug: Record<string, DebugPage>,
): Record<string, (res: ServerResponse, req: IncomingMessage) => Promise<void>> {
  const entries = Object.entries(debug).map(([path, page]) => {
    const show = async (res: ServerResponse, req: IncomingMessage) => {
      if (!isLocal(req))
        return answer(res, 403, 'text/plain', 'only from this machine: through port-forward, or exec\n')
      const { type, body } = page(req.headers.accept ?? '')
      answer(res, 200, type, body)
    }
    return [path, show] as const
  })
  return Object.fromEntries(entries)
}

/** From loopback and by no name but `localhost`: a web page could make a name of its own lead here. */
function isLocal({ socket, headers }: IncomingMessage): boolean {
  const isLoopback = /^(?:::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '')
  const name = (headers.host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
  return isLoopback && (name === 'localhost' || isIP(name) !== 0)
}

/**
 * One report from several checks, which run together; a check that rejects or takes more than 2 s is not ready.
 * The report is reused for `cacheMs`, and callers that come at once share one run.
 */
export function cachedReadiness(
  checks: Record<string, () => Promise<unknown>>,
  {
    cacheMs = 1_000,
    timeoutMs = checkMs,
    now = Date.now,
  }: { cacheMs?: number; timeoutMs?: number; now?: () => number } = {},
): () => Promise<ReadyReport> {
  let last: { atMs: number; report: Promise<ReadyReport> } | undefined
  return () => {
    if (!last || now() - last.atMs >= cacheMs) last = { atMs: now(), report: runChecks(checks, timeoutMs) }
    return last.report
  }
}

async function runChecks(
  checks: Record<string, () => Promise<unknown>>,
  timeoutMs: number,
): Promise<ReadyReport> {
  const states = await Promise.all(
    Object.entries(checks).map(
      async ([name, check]) => [name, await stateOf(name, check, timeoutMs)] as const,
    ),
  )
  return { ready: states.every(([, state]) => state === 'ok'), checks: Object.fromEntries(states) }
}

async function stateOf(name: string, check: () => Promise<unknown>, timeoutMs: number): Promise<string> {
  try {
    await withDeadline(name, timeoutMs, check())
    return 'ok'
  } catch (err) {
    // The code (ECONNREFUSED, 57P03) says enough; messages may hold addresses and users.
    if (!(err instanceof Error)) return 'failed'
    return 'code' in err ? String(err.code) : err.name
  }
}

async function reportOf(ready: OpsOptions['ready']): Promise<ReadyReport> {
  try {
    // Half a second more than one check has, so that its report can say which one hangs.
    return await withDeadline('readiness', checkMs + 500, Promise.resolve(ready()))
  } catch {
    return { ready: false, checks: { process: 'the readiness check failed' } }
  }
}

function answer(res: ServerResponse, status: number, type: string, body: string): void {
  res.writeHead(status, {
    'Content-Type': type,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  })
  res.end(body)
}
