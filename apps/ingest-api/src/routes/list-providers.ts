import type { Providers } from '@logboom/contracts'
import type { RequestHandler } from 'express'
import type { z } from 'zod'
import type { RegistryDeps } from '../registry-deps.ts'

/** What the sign-in page offers. */
export function listProvidersRoute({ login }: RegistryDeps): RequestHandler {
  return (_req, res) => {
    res.json({ pak: true, oidc: login.providers } satisfies z.infer<typeof Providers>)
  }
}
