import { randomUUID } from 'node:crypto'
import { Problem } from '@logboom/contracts'
import type { AgentLimits } from '@logboom/contracts'
import type { Admission, AdmissionRequest, BatchQueue, Release } from '@logboom/queue'
import type { FaultGuard } from './fault-guard.ts'

/** Overload is said before the body is read, and never as a 4xx: shippers drop data on those. */
export function refuseUnderPressure(queue: BatchQueue): void {
  const { overloaded, reason, retryAfterS } = queue.pressure()
  if (!overloaded) return
  throw new Problem(
    reason === 'redis_away' ? 'unavailable' : 'overloaded',
    'The queue takes no more for now; send the same batch again later.',
    { headers: { 'Retry-After': String(retryAfterS) } },
  )
}

/** Before the body is read: what the agent has sent before could not be taken, and its requests are spent. */
export function refuseBlocked(faults: FaultGuard, agentId: string, limits: AgentLimits): void {
  const seconds = faults.blockedS(agentId)
  if (seconds > 0) throw tooManyRequests(seconds, limits)
}

/** A body that cannot be taken costs a request like any other; who has none left is turned away before the next is read. */
export async function chargeFault(
  error: unknown,
  { agentId, limits }: { agentId: string; limits: AgentLimits },
  { queue, faults }: { queue: BatchQueue; faults: FaultGuard },
): Promise<void> {
  if (!(error instanceof Problem) || error.status >= 500) return
  const fault = { agentId, key: `fault ${randomUUID()}`, bodyHash: '', instance: '', limits }
  const charged = await queue.admit(fault).catch(() => null)
  if (charged?.kind === 'admitted') await giveBack(queue, fault, false)
  if (charged?.kind !== 'limited') return
  faults.block(agentId, charged.retryAfterS)
  throw refusalOf(charged, limits)
}

/** What tells a sender that its batch was not admitted. */
export function refusalOf(
  admission: Exclude<Admission, { kind: 'admitted' | 'replay' }>,
  limits: AgentLimits,
): Problem {
  if (admission.kind === 'mismatch') return new Problem('idempotency_key_reused')
  if (admission.kind === 'in_progress') {
    return new Problem('request_in_progress', undefined, { headers: { 'Retry-After': '1' } })
  }
  return tooManyRequests(admission.retryAfterS, limits)
}

/** Ends an admission that came to nothing; never fails, since the lock ends by itself soon. */
export function giveBack(
  queue: BatchQueue,
  batch: AdmissionRequest & Pick<Release, 'isBoosted'>,
  refund: boolean,
): Promise<void> {
  return queue.release({ ...batch, refund }).catch(() => undefined)
}

function tooManyRequests(retryAfterS: number, { requests_per_minute: limit }: AgentLimits): Problem {
  return new Problem('too_many_requests', `At most ${limit} requests a minute.`, {
    headers: { 'Retry-After': String(retryAfterS) },
    members: { limit },
  })
}
