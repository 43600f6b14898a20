import { hash, randomUUID } from 'node:crypto'
import { effectiveLimits, followBoost, Problem, pushHeaders } from '@logboom/contracts'
import type { AgentLimits, BatchJob, Follow, PushAnswer } from '@logboom/contracts'
import { encodeJob } from '@logboom/queue'
import type { Admission, AdmissionRequest, BatchQueue, Budget, NewJob, Release } from '@logboom/queue'
import { requestIdOf, requireAgentSelf } from '@logboom/service'
import type { Authenticator } from '@logboom/service'
import type { Request, RequestHandler, Response } from 'express'
import { acceptPush } from '../accept-push.ts'
import type { AcceptedPush, AcceptDeps } from '../accept-push.ts'
import type { FaultGuard } from '../fault-guard.ts'
import type { IngestMetrics } from '../metrics.ts'
import { formatOf, parsePush } from '../parse-push.ts'
import type { Push } from '../parse-push.ts'
import { chargeFault, giveBack, refusalOf, refuseBlocked, refuseUnderPressure } from '../refuse-push.ts'
import { withPushBody } from '../read-push-body.ts'
import type { BodyBudget } from '../read-push-body.ts'

export interface PushDeps extends AcceptDeps {
  authenticator: Authenticator
  queue: BatchQueue
  limits: AgentLimits
  bodies: BodyBudget
  faults: FaultGuard
  metrics: IngestMetrics
  /** Called for every accepted push: the agent is alive. */
  onSeen: (agentId: string) => void
}

/** `POST /api/v1/agents/{agent_id}/logs`: authenticate ▸ read ▸ limit ▸ check ▸ enqueue ▸ 201. */
export function pushLogs(deps: PushDeps): RequestHandler<{ agent_id: string }> {
  return async (req, res) => {
    const { agentId, limits: overrides } = requireAgentSelf(
      await deps.authenticator.authenticate(req as unknown as Request), // its parameters do not matter there
      req.params.agent_id.toLowerCase(),
    )
    const limits = effectiveLimits(deps.limits, overrides)
    refuseBlocked(deps.faults, agentId, limits)
    refuseUnderPressure(deps.queue)
    const format = formatOf(req.headers)
    let push: Push | undefined
    const taken = await withPushBody(req, limits.max_body_bytes, deps.bodies, async (body) => {
      push = parsePush(body, format, req.headers, limits.max_entries_per_request)
      const bodyHash = hash('sha256', body, 'base64url')
      const isAwaited = waitOf(req.headers.prefer) > 0
      const key = push.key ?? randomUUID()
      const batch = { agentId, key, bodyHash, instance: push.instance, limits, isAwaited }
      return takeBatch(push, batch, res, deps)
    }).catch(async (error: unknown) => {
      if (!push) await chargeFault(error, { agentId, limits }, deps)
      throw error
    })
    if ('replay' in taken) return replay(res, taken.replay, deps.metrics)
    deps.onSeen(agentId)
    const committed = await waitForCommit(req.headers.prefer, taken.jobIds, deps.queue)
    if (committed) res.set('Preference-Applied', `wait=${waitOf(req.headers.prefer)}`)
    res.status(201).json({ ...taken.answer, ...committed, ...(taken.follow && { follow: taken.follow }) })
  }
}

interface PushBatch extends AdmissionRequest {
  limits: AgentLimits
  isAwaited: boolean
}

/** The first answer to a repeat, or what was taken: safe in the queue. */
type TakenBatch = { replay: string } | { answer: PushAnswer; jobIds: string[]; follow: Follow | null }

async function takeBatch(push: Push, batch: PushBatch, res: Response, deps: PushDeps): Promise<TakenBatch> {
  const { queue, metrics } = deps
  const admission = await queue.admit(batch).catch((error: unknown) => {
    // a frozen Redis admits the batch when it thaws, with nobody left to take it: told in time, it lets go at once
    void giveBack(queue, batch, true)
    throw error
  })
  setLimitHeaders(res, admission, batch.limits)
  if (admission.kind === 'replay') return { replay: admission.answer }
  if (admission.kind !== 'admitted') throw refusalOf(admission, batch.limits)
  const { committedThrough, follow, isBoosted } = admission
  const accepted = await releasedOnFailure(queue, { ...batch, isBoosted }, async () => {
    const judged = await acceptPush(push, { ...batch, requestId: requestIdOf(res) }, deps)
    if (judged.jobs.length > 0) await queue.enqueue(judged.jobs.map(toNewJob))
    metrics.count(push.entries.length, judged)
    if (judged.isRefused) throw allRejected(push, judged)
    return judged
  })
  const answer = answerOf(push, batch.key, accepted, committedThrough)
  // The batch is safe: when its answer cannot be kept, a repeat costs work and is stored once all the same.
  // What is followed is no part of that answer, since it passes.
  await queue.remember({ ...batch, answer: JSON.stringify(answer) }).catch(() => undefined)
  return { answer, jobIds: accepted.jobs.map((job) => job.header.job_id), follow }
}

function toNewJob(job: BatchJob): NewJob {
  return { jobId: job.header.job_id, data: encodeJob(job) }
}

/** Whatever fails between admission and the queue frees the key, so that the sender's repeat is not told to wait. */
async function releasedOnFailure<T>(
  queue: BatchQueue,
  batch: AdmissionRequest & Pick<Release, 'isBoosted'>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const isOurs = !(error instanceof Problem) || error.status >= 500
    const released = giveBack(queue, batch, isOurs)
    // a Redis that just failed us may take another second to fail, which a 503 has not got
    if (!isOurs) await released
    throw error
  }
}

function answerOf(
  push: Push,
  key: string,
  accepted: AcceptedPush,
  committedThrough: string | null,
): PushAnswer {
  return {
    received: push.entries.length,
    stored: accepted.entries,
    batch_id: key,
    ...(committedThrough !== null && { committed_through: committedThrough }),
    ...(accepted.rejected.length > 0 && { rejected: accepted.rejected }),
    ...(accepted.rejectedGaps.length > 0 && { rejected_gaps: accepted.rejectedGaps }),
    ...(accepted.expired > 0 && { expired: accepted.expired }),
    ...(accepted.unlinked > 0 && { unlinked: accepted.unlinked }),
    ...(accepted.rejectedReadUntil && { rejected_read_until: accepted.rejectedReadUntil }),
  }
}

/** `Prefer: wait=10` answers after COMMIT, with what was really inserted; a batch that takes longer is not waited for. */
async function waitForCommit(
  prefer: string | string[] | undefined,
  jobIds: string[],
  queue: BatchQueue,
): Promise<{ stored: number; duplicate: number } | null> {
  const waitMs = waitOf(prefer) * 1000
  if (waitMs === 0 || jobIds.length === 0) return null
  const outcome = await queue.outcome(jobIds, waitMs)
  return outcome && { stored: outcome.stored, duplicate: outcome.duplicate }
}

const waitMaxS = 30

function waitOf(prefer: string | string[] | undefined): number {
  const seconds = /(?:^|[,;\s])wait=(\d{1,5})/.exec(String(prefer ?? ''))?.[1]
  return Math.min(Number(seconds ?? 0), waitMaxS)
}

function replay(res: Response, answer: string, metrics: IngestMetrics): void {
  const first = JSON.parse(answer) as PushAnswer // our own text, remembered by this route
  metrics.countReplay(first.received)
  res.status(201).set(pushHeaders.replayed, 'true').type('application/json').send(answer)
}

function allRejected(push: Push, { rejected }: AcceptedPush): Problem {
  return new Problem('all_entries_rejected', undefined, {
    members: { received: push.entries.length, stored: 0, rejected },
  })
}

/** The burst, and the seconds in which all of it comes back; while somebody follows, of what there is for that as well. */
function setLimitHeaders(res: Response, admission: Admission, limits: AgentLimits): void {
  if (admission.kind !== 'admitted' && admission.kind !== 'limited') return
  const budgets: [string, Budget, perMinute: number][] = [['requests', admission, limits.requests_per_minute]]
  if (admission.boost) budgets.push(['follow', admission.boost, followBoost.requests_per_minute])
  const policies = budgets.map(
    ([name, { limit }, perMinute]) => `"${name}";q=${limit};w=${Math.ceil((limit * 60) / perMinute)}`,
  )
  res.set('RateLimit-Policy', policies.join(', '))
  res.set(
    'RateLimit',
    budgets.map(([name, left]) => `"${name}";r=${left.remaining};t=${left.resetS}`).join(', '),
  )
}
