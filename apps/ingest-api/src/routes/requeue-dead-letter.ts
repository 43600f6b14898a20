import { Problem } from '@logboom/contracts'
import { deleteDeadLetter, findDeadLetter } from '@logboom/db'
import { requestIdOf, requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { jobOfDeadLetter } from '../job-of-dead-letter.ts'
import { pathId } from '../path-id.ts'
import type { RegistryDeps } from '../registry-deps.ts'

/**
 * Gives an entry back to the writer. Killed between the two steps, it leaves a letter whose requeueing is harmless:
 * the job's id and the row's id are the same again.
 */
export function requeueDeadLetterRoute({ db, authenticator, enqueue }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const letter = await findDeadLetter(db, { id: pathId(req, 'id', 'not_found') })
    if (!letter) throw new Problem('not_found', 'there is no such dead letter')
    await enqueue(jobOfDeadLetter(letter, requestIdOf(res)))
    await deleteDeadLetter(db, { id: letter.id })
    res.status(202).end()
  }
}
