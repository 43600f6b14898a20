import { Problem } from '@logboom/contracts'
import type { ProblemCode } from '@logboom/contracts'
import { findAgent, findLinkTarget } from '@logboom/db'
import type { LinkTarget } from '@logboom/db'
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

/** @throws {Problem} 404 for what does not exist, or of which the caller may see neither owner nor lines */
export async function requireLinkTarget(
  { db }: QueryDeps,
  principal: Principal,
  kind: LinkTarget,
  id: string,
): Promise<void> {
  if (!(await findLinkTarget(db, readScopeOf(principal), kind, id))) throw new Problem(`${kind}_not_found`)
}

/**
 * @throws {Problem} 403 for whoever may not read everything: what it asks for names agents and namespaces of
 * others
 */
export function requireUnscoped(principal: Principal): void {
  const { agents, namespaces } = readScopeOf(principal)
  if (agents || namespaces) throw new Problem('forbidden', 'this needs a credential without a scope')
}
