import type { DeadLetter } from '@logboom/contracts'
import { sendJson } from '../api/request.ts'

export function requeueLetter({ id }: DeadLetter): Promise<void> {
  return sendJson('POST', `/dead-letters/${id}/requeue`)
}

export function deleteLetter({ id }: DeadLetter): Promise<void> {
  return sendJson('DELETE', `/dead-letters/${id}`)
}
