import { Problem } from '@logboom/contracts'
import type { TokenAnswer } from '@logboom/contracts'
import { parsePak } from '@logboom/service'
import type { RequestHandler } from 'express'
import type { z } from 'zod'
import type { RegistryDeps } from '../registry-deps.ts'

/** A short-lived JWT for the holder of a PAK. Not for the holder of a JWT: it would renew itself for ever. */
export function issueTokenRoute({ authenticator, tokens }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    const principal = await authenticator.authenticate(req)
    const credential = req.get('authorization')?.replace(/^bearer +/i, '') ?? ''
    if (!parsePak(credential)) throw new Problem('forbidden', 'only a PAK can be exchanged for a token')
    const { token, expiresInS } = await tokens.sign(principal)
    const answer: z.infer<typeof TokenAnswer> = {
      access_token: token,
      token_type: 'Bearer',
      expires_in: expiresInS,
    }
    res.json(answer)
  }
}
