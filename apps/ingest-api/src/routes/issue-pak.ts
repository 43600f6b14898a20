import { IssuePak } from '@logboom/contracts'
import type { IssuedPak } from '@logboom/contracts'
import { insertPak } from '@logboom/db'
import { issuePak, requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import type { z } from 'zod'
import { expiryOf } from '../expiry.ts'
import { invalidField, readJson } from '../read-json.ts'
import type { RegistryDeps } from '../registry-deps.ts'

/** The key stands in this answer and nowhere else. */
export function issuePakRoute({ db, authenticator }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const {
      kind,
      label,
      expires_at,
      scope_agents: scopeAgents,
      scope_namespaces: scopeNamespaces,
    } = await readJson(req, res, IssuePak)
    if (kind === 'admin' && scopeAgents) throw invalidField(['scope_agents'], 'only a reader can be scoped')
    if (kind === 'admin' && scopeNamespaces)
      throw invalidField(['scope_namespaces'], 'only a reader can be scoped')
    const { pak, short, longHash } = issuePak()
    const expiresAt = expiryOf(expires_at)
    const stored = await insertPak(db, {
      kind,
      short,
      longHash,
      label,
      expiresAt,
      scopeAgents,
      scopeNamespaces,
    })
    res.status(201).json({ ...stored, pak } satisfies z.infer<typeof IssuedPak>)
  }
}
