import { Problem } from '@logboom/contracts'
import type { Request } from 'express'

/** What a retention class may be called: such a name needs no escaping in a path, a label or a file name. */
const shape = /^[a-z0-9][a-z0-9_-]{0,62}$/

/** @throws {Problem} 400 */
export function pathName(req: Request): string {
  const { name } = req.params
  if (typeof name === 'string' && shape.test(name)) return name
  throw new Problem(
    'invalid_parameter',
    'name must be 1 to 63 of a-z, 0-9, - and _, beginning with a letter or digit',
  )
}
