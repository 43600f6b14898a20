import { HeartbeatBody, Problem } from '@logboom/contracts'
import type { Follow, HeartbeatAnswer } from '@logboom/contracts'
import { recordIdleReport, touchAgent } from '@logboom/db'
import type { Database } from '@logboom/db'
import { requireAgentSelf } from '@logboom/service'
import type { Request, RequestHandler } from 'express'
import type { z } from 'zod'
import { checkIdleReadUntil } from '../check-read-until.ts'
import { pathId } from '../path-id.ts'
import { readJson } from '../read-json.ts'
import type { RegistryDeps } from '../registry-deps.ts'
import { sentAtOf } from '../sent-at.ts'

/**
 * A sign of life, which also tells how far an agent without lines has read, and hears what is committed. `status` is the
 * administrators' own note and stays as they set it.
 */
export function recordHeartbeatRoute(deps: RegistryDeps): RequestHandler {
  const { db, authenticator } = deps
  return async (req, res) => {
    const principal = await authenticator.authenticate(req)
    const { agentId: id } = requireAgentSelf(principal, pathId(req, 'agent_id', 'agent_not_found'))
    const body = await readJson(req, res, HeartbeatBody)
    if (!(await touchAgent(db, { id, version: body.version }))) throw new Problem('agent_not_found')
    const [told, follow] = await Promise.all([recordReport(req, id, body, deps), followOf(id, deps)])
    res.json({ ...told, ...(follow && { follow }) } satisfies HeartbeatAnswer)
  }
}

async function recordReport(
  req: Request,
  agentId: string,
  body: z.output<typeof HeartbeatBody>,
  { db, futureSkewUsMax }: Pick<RegistryDeps, 'futureSkewUsMax'> & { db: Database },
): Promise<HeartbeatAnswer> {
  const clock = { sentUs: sentAtOf(req.headers), receivedUs: Date.now() * 1000, futureSkewUsMax }
  const { report, rejected, afterBatch } = checkIdleReadUntil(body, clock)
  const { instance = '' } = body
  const committedThrough =
    instance === ''
      ? null
      : await recordIdleReport(db, { agentId, instance }, report && { report, afterBatch })
  return {
    ...(committedThrough !== null && { committed_through: committedThrough }),
    ...(rejected && { rejected_read_until: rejected }),
  }
}

/** Without its queue the broker cannot tell; the agent is alive all the same. */
function followOf(agentId: string, { findFollow }: RegistryDeps): Promise<Follow | null> {
  return findFollow(agentId).catch(() => null)
}
