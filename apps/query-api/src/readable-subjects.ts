import { Problem } from '@logboom/contracts'
import type { ProblemCode } from '@logboom/contracts'
import { anyStream, findAgent, findLinkTarget, findStreams } from '@logboom/db'
import type { Database, LinkTarget, ReadScope } from '@logboom/db'
import { canReadAgent } from '@logboom/service'
import type { Principal } from '@logboom/service'
import type { Request } from 'express'
import { Id } from './log-query.ts'
import type { QueryDeps } from './query-deps.ts'
import { readScopeOf } from './read-scope.ts'

/** The UUID in a path. @throws {Problem} `code` for any other text: nothing is named like that */
export function pathId(req: Request, name: 'agent_id' | 'id', code: ProblemCode): string {
  const id = Id.safeParse(req.params[name])
  if (!id.success) throw new Problem(code)
  return id.data
}

/**
 * @throws {Problem} 403 for an agent that asks for another one, 404 for one that does not exist or is out of
 * scope
 */
export async function requireReadableAgent(
  { db }: QueryDeps,
  principal: Principal,
  agentId: string,
): Promise<void> {
  if (principal.kind === 'agent' && !canReadAgent(principal, agentId)) {
    throw new Problem('forbidden', 'an agent reads only itself')
  }
  const agent = await findAgent(db, readScopeOf(principal), agentId)
  if (!agent) throw new Problem('agent_not_found')
}

/**
 * @throws {Problem} 404 for what does not exist, or of which the caller may see neither owner nor lines; for an agent
 * also where it has no lines itself, though the thing be its own
 */
export async function requireLinkTarget(
  { db }: QueryDeps,
  principal: Principal,
  kind: LinkTarget,
  id: string,
): Promise<void> {
  const scope = readScopeOf(principal)
  const found =
    (await findLinkTarget(db, scope, kind, id)) &&
    (principal.kind !== 'agent' || (await hasStreams(db, scope, kind, id)))
  if (!found) throw new Problem(`${kind}_not_found`)
}

/** A stream is there with its first line and goes some time after its last one. */
async function hasStreams(db: Database, scope: ReadScope, kind: LinkTarget, id: string): Promise<boolean> {
  const link = kind === 'work_order' ? { workOrderId: id } : { deploymentObjectId: id }
  const streams = await findStreams(db, scope, { ...anyStream, ...link })
  return 'filter' in streams || streams.ids.length > 0
}

/**
 * @throws {Problem} 403 for whoever may not read everything: what it asks for names agents and namespaces of
 * others
 */
export function requireUnscoped(principal: Principal): void {
  const { agents, namespaces } = readScopeOf(principal)
  if (agents || namespaces) throw new Problem('forbidden', 'this needs a credential without a scope')
}
