import { Problem } from '@logboom/contracts'
import type { ProblemCode } from '@logboom/contracts'
import type { Request } from 'express'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * The UUID in a path, in lower case as PostgreSQL writes it.
 * @throws {Problem} `code` for any other text: nothing is named like that
 */
export function pathId(req: Request, name: 'agent_id' | 'pak_id' | 'id', code: ProblemCode): string {
  const text = req.params[name]
  if (typeof text === 'string' && uuid.test(text)) return text.toLowerCase()
  throw new Problem(code, code === 'invalid_parameter' ? `${name} must be a UUID` : undefined)
}
