import { PutRetentionClass } from '@logboom/contracts'
import { putRetentionClass } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { pathName } from '../path-name.ts'
import { readJson } from '../read-json.ts'
import type { RegistryDeps } from '../registry-deps.ts'

export function putRetentionClassRoute({ db, authenticator }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const name = pathName(req)
    const { retention_seconds: retentionSeconds, partition_seconds: partitionSeconds } = await readJson(
      req,
      res,
      PutRetentionClass,
    )
    const { retentionClass, created } = await putRetentionClass(db.pool, {
      name,
      retentionSeconds,
      partitionSeconds,
    })
    res.status(created ? 201 : 200).json(retentionClass)
  }
}
