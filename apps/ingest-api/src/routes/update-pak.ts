import { Problem, UpdatePak } from '@logboom/contracts'
import { updatePak } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { expiryOf } from '../expiry.ts'
import { pathId } from '../path-id.ts'
import { readJson } from '../read-json.ts'
import type { RegistryDeps } from '../registry-deps.ts'

/** Names a key, or says when it ends: the old one of two during a rotation. Replicas learn of it within 30 s. */
export function updatePakRoute({ db, authenticator }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const id = pathId(req, 'pak_id', 'not_found')
    const { label, expires_at } = await readJson(req, res, UpdatePak)
    const expiresAt = expires_at === null ? null : expiryOf(expires_at)
    const pak = await updatePak(db, { id, changes: { label, expiresAt } })
    if (pak === null) throw new Problem('not_found', 'there is no such key, or it is revoked')
    if (pak === 'last_admin')
      throw new Problem('conflict', 'this is the last admin key that works: issue another one first')
    res.json(pak)
  }
}
