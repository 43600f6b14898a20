import { isExplorerPath } from '@logboom/service'
import type { Request, RequestHandler, Response } from 'express'
import { absentPage } from './absent-page.ts'
import type { Coding, Explorer, ExplorerFile } from './load-explorer.ts'

/** What the pages may do: run and style themselves by their own files, and ask the API they came from. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const aYear = 'public, max-age=31536000, immutable'

/** Stands after all routes: the explorer's files, and its page for every path that a browser opens. */
export function serveExplorer(explorer: Explorer | undefined): RequestHandler {
  return (req, res, next) => {
    if (!isExplorerPath(req.method, req.path)) return next()
    if (!explorer) return req.path === '/' ? sendAbsent(res) : next()
    const file = explorer.files.get(req.path) ?? (wantsPage(req) ? explorer.index : undefined)
    if (!file) return next()
    send(req, res, file)
  }
}

/** A script or picture that is not there must not be answered with a page; a browser that opens a link asks for HTML. */
function wantsPage(req: Request): boolean {
  if (req.path === '/') return true
  return !req.path.startsWith('/assets/') && (req.get('accept') ?? '').includes('text/html')
}

function send(req: Request, res: Response, file: ExplorerFile): void {
  const coding = codingOf(req, file)
  const body = file.bodies[coding] ?? file.bodies.identity
  res.vary('Accept-Encoding')
  if (coding !== 'identity') res.set('Content-Encoding', coding)
  res.set({
    'Cache-Control': file.immutable ? aYear : 'no-cache',
    'Content-Security-Policy': contentSecurityPolicy,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Content-Type': file.type,
    ETag: body.etag,
  })
  res.send(body.bytes) // answers 304 where the browser has it
}

function codingOf(req: Request, { bodies }: ExplorerFile): Coding {
  const accepted = req.acceptsEncodings()
  const codings: Coding[] = ['br', 'gzip']
  return codings.find((coding) => bodies[coding] !== undefined && accepted.includes(coding)) ?? 'identity'
}

function sendAbsent(res: Response): void {
  const { html, contentSecurityPolicy: policy } = absentPage
  res.set('Content-Security-Policy', policy).type('html').send(html)
}
