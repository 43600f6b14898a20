import type { Request, RequestHandler } from 'express'
import { requireFilterSubjects, streamFilterOf } from '../answer-logs.ts'
import type { FindSubject, LogSubject } from '../answer-logs.ts'
import { filtersOf } from '../log-query.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readScopeOf } from '../read-scope.ts'
import { openFormat } from './export-format.ts'
import { parseExportQuery } from './export-query.ts'
import type { ExportQuery } from './export-query.ts'
import { readParts } from './read-parts.ts'
import type { ExportSubject } from './read-parts.ts'
import { cutAnswer, sendText } from './send-text.ts'
import { takeParts } from './take-parts.ts'
import { tellParts } from './tell-parts.ts'

/** A route that answers everything that matches, however much that is, while it is being read. */
export function answerExport(deps: QueryDeps, findSubject: FindSubject): RequestHandler {
  return async (req, res) => {
    const gone = new AbortController()
    res.once('close', () => gone.abort())
    const { signal } = gone
    const principal = await deps.authenticator.authenticate(req)
    const query = parseExportQuery(req.query)
    const { subject, readable } = findSubject(req, principal)
    await readable
    signal.throwIfAborted()
    signal.addEventListener('abort', deps.gates.openExports.enter())
    const reading = { ...deps, db: { ...deps.db, signal } }
    const rows = readParts(reading, {
      query,
      filters: filtersOfExport(req, query, subject),
      signal,
      findSubject: () => subjectNow(reading, { req, query, findSubject }),
    })
    const parts = takeParts(deps, { subject: principal.subject, signal }, rows)
    // What goes wrong up to here is answered as for any search.
    const first = await parts.next()
    const format = openFormat(query.format)
    res.attachment(`${nameOf(subject)}.${format.extension}`).set('Content-Type', format.contentType)
    if (req.method === 'HEAD') return void res.end()
    const { text, failure } = tellParts(parts, first, { format, cursor: query.cursor ?? null })
    await sendText(req, res, text).catch((error: unknown) => {
      deps.metrics.countExport('left')
      throw error
    })
    deps.metrics.countExport(failure() ? 'incomplete' : 'complete')
    if (!failure()) return void res.end()
    await cutAnswer(res)
    throw failure()
  }
}

/** Who asks may be known no more, or may see less, by the time that an export gets on. */
async function subjectNow(
  deps: QueryDeps,
  { req, query, findSubject }: { req: Request; query: ExportQuery; findSubject: FindSubject },
): Promise<ExportSubject> {
  const principal = await deps.authenticator.authenticate(req)
  const { subject, readable } = findSubject(req, principal)
  await Promise.all([readable, requireFilterSubjects(deps, principal, query)])
  return { scope: readScopeOf(principal), streams: streamFilterOf(query, subject) }
}

/** The same entries in the same order, in whatever format. */
function filtersOfExport({ query: raw }: Request, { order }: ExportQuery, subject: LogSubject): unknown {
  const { format: _, order: __, ...filters } = raw
  return ['export', subject, order, filtersOf(filters)]
}

function nameOf({ agentId, deploymentObjectId, workOrderId }: LogSubject): string {
  const [kind, id] =
    Object.entries({
      agent: agentId,
      'deployment-object': deploymentObjectId,
      'work-order': workOrderId,
    }).find(([, one]) => one) ?? []
  const at = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  return ['logboom', ...(kind ? [kind, id] : ['logs']), at].join('-')
}
