import { Problem } from '@logboom/contracts'
import type { ProblemCode } from '@logboom/contracts'
import type { ErrorRequestHandler, Express, Request, RequestHandler, Response } from 'express'
import { ZodError } from 'zod'
import { requestIdOf } from './http-app.ts'
import type { Logger } from './log.ts'
import { problemDocument } from './problem-document.ts'
import { allowedMethods, matchRoute } from './route-table.ts'

/** Puts last what comes after all routes: 404 and 405, and the one place that turns errors into answers. */
export function finishHttpApp(app: Express, log: Logger): void {
  app.use(noSuchRoute, answerProblem(log))
}

/** Whatever was thrown, as what the client may see of it. */
export function toProblem(err: unknown): Problem {
  if (err instanceof Problem) return err
  if (err instanceof ZodError)
    return new Problem('invalid_body', undefined, { members: { errors: zodFaults(err) } })
  if (err instanceof URIError) return new Problem('bad_request', 'the path is not valid percent-encoding')
  return new Problem(codeOf(err), undefined, { cause: err })
}

const noSuchRoute: RequestHandler = (req) => {
  const allowed = allowedMethods(req.path)
  // A route of the table that nobody answered here belongs to the other API, and there is no way to it.
  if (allowed.length === 0 || matchRoute(req.method, req.path))
    throw new Problem('not_found', 'there is no such route')
  throw new Problem('method_not_allowed', undefined, { headers: { Allow: allowed.join(', ') } })
}

function answerProblem(log: Logger): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (err: unknown, req, res, _next) => {
    if (isClientGone(err, req, res)) {
      log.debug('client went away', { requestId: requestIdOf(res) })
      res.destroy()
      return
    }
    const problem = toProblem(err)
    if (problem.code === 'internal_error') logUnknown(log, err, req, res)
    else if (problem.status >= 500) log.debug('request refused', { code: problem.code, err: problem.cause })
    // Half an answer must not look like a whole one.
    if (res.headersSent) res.destroy()
    else send(res, problem)
  }
}

function send(res: Response, problem: Problem): void {
  for (const name of ['Content-Disposition', 'Content-Encoding', 'Content-Length', 'Last-Modified'])
    res.removeHeader(name)
  const wait = problem.status === 429 || problem.status === 503 || problem.status === 502
  res.status(problem.status)
  res.set({ 'Cache-Control': 'no-store', ...(wait && { 'Retry-After': '5' }), ...problem.headers })
  res.type('application/problem+json').send(problemDocument(problem, requestIdOf(res)))
}

function logUnknown(log: Logger, err: unknown, req: Request, res: Response): void {
  const route: unknown = req.route?.path
  const cause = err instanceof Problem ? (err.cause ?? err) : err
  log.error('request failed', { requestId: requestIdOf(res), method: req.method, route, err: cause })
}

/** The types of body-parser's errors. Its messages quote the body, so none of them is passed on. */
const bodyParserCodes: Record<string, ProblemCode> = {
  'entity.parse.failed': 'malformed_json',
  'entity.too.large': 'payload_too_large',
  'encoding.unsupported': 'unsupported_encoding',
  'charset.unsupported': 'unsupported_media_type',
  'request.size.invalid': 'bad_request',
  'entity.verify.failed': 'bad_request',
  'parameters.too.many': 'payload_too_large',
}

const statusCodes: Record<number, ProblemCode> = {
  400: 'bad_request',
  404: 'not_found',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
}

/** Errors that middleware made for the client say so by `expose`; `status` alone may come from a call of our own. */
function codeOf(err: unknown): ProblemCode {
  if (!(err instanceof Error)) return 'internal_error'
  if ('code' in err && typeof err.code === 'string' && /^Z_(DATA|BUF)_ERROR$/.test(err.code))
    return 'corrupt_encoding'
  const type = 'type' in err && typeof err.type === 'string' ? bodyParserCodes[err.type] : undefined
  if (type) return type
  if (!('expose' in err && err.expose === true && 'status' in err && typeof err.status === 'number'))
    return 'internal_error'
  return statusCodes[err.status] ?? (err.status < 500 ? 'bad_request' : 'internal_error')
}

const goneCodes = new Set(['ABORT_ERR', 'ECONNABORTED', 'ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'])

function isClientGone(err: unknown, req: Request, res: Response): boolean {
  if (!(err instanceof Error)) return false
  if ('type' in err && err.type === 'request.aborted') return true
  const code = err.name === 'AbortError' ? 'ABORT_ERR' : 'code' in err && String(err.code)
  return (res.closed || req.socket.destroyed) && code !== false && goneCodes.has(code)
}

function zodFaults(err: ZodError): { path: string; message: string }[] {
  return err.issues.slice(0, 20).map(({ path, message }) => ({ path: path.map(String).join('.'), message }))
}
