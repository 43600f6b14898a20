import type { TicketAnswer } from '@logboom/contracts'
import type { RequestHandler } from 'express'
import type { z } from 'zod'
import type { RegistryDeps } from '../registry-deps.ts'

/** For EventSource and WebSocket, which send no headers. */
export function issueTicketRoute({ authenticator, tickets }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    const principal = await authenticator.authenticate(req)
    const { ticket, expiresInS } = await tickets.issue(principal)
    res.status(201).json({ ticket, expires_in: expiresInS } satisfies z.infer<typeof TicketAnswer>)
  }
}
