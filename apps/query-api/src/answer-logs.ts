import { anyStream } from '@logboom/db'
import type { StreamFilter } from '@logboom/db'
import type { Principal } from '@logboom/service'
import type { Request, RequestHandler } from 'express'
import { countLogs } from './count-logs.ts'
import { inTurn } from './in-turn.ts'
import { filtersOf, parseHistogramQuery, parseLogQuery } from './log-query.ts'
import type { LogFilters } from './log-query.ts'
import type { LogSearch } from './log-search.ts'
import { parameterProblem } from './parse-query.ts'
import type { RawQuery } from './parse-query.ts'
import type { QueryDeps } from './query-deps.ts'
import { readScopeOf } from './read-scope.ts'
import { requireLinkTarget, requireReadableAgent } from './readable-subjects.ts'
import { searchLogs } from './search-logs.ts'

/** Whose lines a path stands for. */
export type LogSubject = Partial<Pick<StreamFilter, 'agentId' | 'deploymentObjectId' | 'workOrderId'>>

/** Reads the path of a route; `readable` rejects for a caller who may not, or who asks for what is not there. */
export type FindSubject = (
  req: Request,
  principal: Principal,
) => { subject: LogSubject; readable: Promise<void> }

/** A route that answers a page of entries. */
export function answerLogs(deps: QueryDeps, findSubject: FindSubject): RequestHandler {
  return answerSearch(deps, findSubject, parseLogQuery, searchLogs)
}

/** A route that answers how many entries there are, and when. */
export function answerHistogram(deps: QueryDeps, findSubject: FindSubject): RequestHandler {
  return answerSearch(deps, findSubject, parseHistogramQuery, countLogs)
}

/** A route that answers what a search finds, whatever that is; what it asks for is in its query and its path. */
export function answerSearch<Query extends LogFilters>(
  deps: QueryDeps,
  findSubject: FindSubject,
  parse: (raw: RawQuery, req: Request) => Query,
  answer: (deps: QueryDeps, search: LogSearch<Query>) => Promise<object>,
): RequestHandler {
  return async (req, res) => {
    const principal = await deps.authenticator.authenticate(req)
    const found = await inTurn(deps, { principal, res }, async (reading, signal) => {
      const { subject, readable } = findSubject(req, principal)
      const search = async () => {
        const raw = req.query
        const query = parse(raw, req)
        await requireFilterSubjects(reading, principal, query)
        return answer(reading, {
          scope: readScopeOf(principal),
          streams: streamFilterOf(query, subject),
          query,
          filters: [subject, filtersOf(raw)],
          signal,
        })
      }
      // Both at once saves a round trip; whoever may not read is told so first, and has no lines in scope meanwhile.
      const pending = search()
      pending.catch(() => undefined)
      await readable
      return pending
    })
    res.json(found)
  }
}

/** An id that does not exist is a mistake to be told of, in the query as much as in the path. */
export async function requireFilterSubjects(
  deps: QueryDeps,
  principal: Principal,
  query: Pick<LogFilters, 'agent_id' | 'deployment_object_id' | 'work_order_id'>,
): Promise<void> {
  const { agent_id, deployment_object_id, work_order_id } = query
  if (agent_id) await requireReadableAgent(deps, principal, agent_id)
  if (deployment_object_id)
    await requireLinkTarget(deps, principal, 'deployment_object', deployment_object_id)
  if (work_order_id) await requireLinkTarget(deps, principal, 'work_order', work_order_id)
}

export function streamFilterOf(query: LogFilters, subject: LogSubject): StreamFilter {
  return {
    ...anyStream,
    agentId: oneOf('agent_id', subject.agentId, query.agent_id),
    deploymentObjectId: oneOf('deployment_object_id', subject.deploymentObjectId, query.deployment_object_id),
    workOrderId: oneOf('work_order_id', subject.workOrderId, query.work_order_id),
    namespace: query.namespace ?? null,
    podNamePrefix: query.pod_name?.replace(/\*$/, '') ?? null,
    podName: query.pod_name_exact ?? null,
    containerName: query.container_name ?? null,
    labels: query.labels,
  }
}

function oneOf(name: string, inPath: string | null | undefined, inQuery: string | undefined): string | null {
  if (inPath && inQuery && inPath !== inQuery) {
    throw parameterProblem('invalid_parameter', name, 'differs from the one in the path')
  }
  return inPath ?? inQuery ?? null
}
