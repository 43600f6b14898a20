import { IssueAgentPak, Problem } from '@logboom/contracts'
import type { IssuedPak } from '@logboom/contracts'
import { insertPak } from '@logboom/db'
import { issuePak, requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import type { z } from 'zod'
import { expiryOf } from '../expiry.ts'
import { pathId } from '../path-id.ts'
import { readJson } from '../read-json.ts'
import type { RegistryDeps } from '../registry-deps.ts'

/** The key stands in this answer and nowhere else. */
export function issueAgentPakRoute({ db, authenticator }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const agentId = pathId(req, 'agent_id', 'agent_not_found')
    const { label, expires_at } = await readJson(req, res, IssueAgentPak)
    const expiresAt = expiryOf(expires_at)
    const { pak, short, longHash } = issuePak()
    const stored = await insertPak(db, { kind: 'agent', agentId, short, longHash, label, expiresAt })
    if (!stored) throw new Problem('agent_not_found')
    res.status(201).json({ ...stored, pak } satisfies z.infer<typeof IssuedPak>)
  }
}
