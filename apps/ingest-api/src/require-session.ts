import { Problem } from '@logboom/contracts'
import { sessionTokenOf } from '@logboom/service'
import type { Authenticator, Principal } from '@logboom/service'
import type { Request } from 'express'

/** Who is signed in in this browser. @throws {Problem} 401, also for who comes with another credential */
export async function requireSession(
  { authenticator }: { authenticator: Authenticator },
  req: Request,
): Promise<{ principal: Principal; token: string }> {
  const principal = await authenticator.authenticate(req)
  const token = sessionTokenOf(req)
  if (principal.session === undefined || token === undefined)
    throw new Problem('unauthorized', 'there is no session')
  return { principal, token }
}
