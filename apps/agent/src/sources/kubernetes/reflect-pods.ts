import type { Logger } from '@logboom/service'
import { pause } from '../../wake-up.ts'
import type { KubeHttp } from './kube-http.ts'
import { KubeStatusError } from './kube-status-error.ts'
import { fieldsOf, listPods, podsPath } from './list-pods.ts'
import type { PodScope } from './list-pods.ts'
import { readPod } from './pod-object.ts'
import type { PodObject } from './pod-object.ts'
import { readWatch } from './read-watch.ts'
import type { WatchEvent } from './read-watch.ts'

/** Told of every pod of a scope, as often as the server tells it. */
export interface PodSink {
  pod(pod: PodObject): void
  gone(uid: string): void
  /** All pods of the scope were told since the list began. */
  listed(uids: ReadonlySet<string>): void
}

/** Milliseconds. */
export interface ReflectPace {
  /** From the beginning of a list to that of the next, whatever happens. */
  listGapMs: number
  /** A list is read again when it is so old, although nothing is known to be missing. */
  relistMs: number
  /** The server ends a watch after a random time between them. */
  watchMsMin: number
  watchMsMax: number
  /** Silence after which a watch is taken for dead. */
  idleMs: number
  /** A watch that lived so long was a good one, however it ended. */
  steadyMs: number
  backoffBaseMs: number
  backoffMaxMs: number
  /** Between attempts where it is forbidden, after some quicker ones. */
  forbiddenMs: number
}

export const reflectPace: ReflectPace = {
  listGapMs: 10_000,
  relistMs: 600_000,
  watchMsMin: 300_000,
  watchMsMax: 600_000,
  idleMs: 90_000,
  steadyMs: 10_000,
  backoffBaseMs: 1_000,
  backoffMaxMs: 30_000,
  forbiddenMs: 300_000,
}

export interface ReflectDeps {
  http: KubeHttp
  sink: PodSink
  log: Logger
  pace: ReflectPace
  /** What was begun, and what went wrong. */
  count?: (event: ReflectEvent) => void
}

export type ReflectEvent = 'list' | 'watch' | 'expired' | 'failed' | 'unreadable'

export interface ReflectState {
  /** From which to watch on; null when a list is needed. */
  version: string | null
  listedAtMs: number
  isListed: boolean
  /** When the server last had an answer for this scope. */
  heardAtMs: number
  isForbidden: boolean
  /** Attempts in a row that failed. */
  failures: number
}

/** The version is no longer known to the server, or it has lost its way: only a list helps. */
class ExpiredError extends Error {}

/** Keeps `sink` up with the pods of `scope` until `signal` is aborted, whatever the server does. Never rejects. */
export async function reflectPods(
  deps: ReflectDeps,
  scope: PodScope,
  state: ReflectState,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      if (state.version === null || isOld(state, deps.pace)) await list(deps, scope, state, signal)
      await watch(deps, scope, state, signal)
    } catch (err) {
      if (!signal.aborted) await recover(deps, scope, state, err, signal)
    }
  }
}

export function newReflectState(): ReflectState {
  return {
    version: null,
    listedAtMs: -Infinity,
    isListed: false,
    heardAtMs: -Infinity,
    isForbidden: false,
    failures: 0,
  }
}

function isOld({ listedAtMs }: ReflectState, { relistMs }: ReflectPace): boolean {
  return performance.now() - listedAtMs >= relistMs
}

async function list(
  { http, sink, log, pace, count }: ReflectDeps,
  scope: PodScope,
  state: ReflectState,
  signal: AbortSignal,
): Promise<void> {
  const waitMs = state.listedAtMs + pace.listGapMs - performance.now()
  if (waitMs > 0) await pause(waitMs, signal)
  signal.throwIfAborted()
  state.listedAtMs = performance.now()
  // Should the list fail, the next attempt is a list again.
  state.version = null
  count?.('list')
  const uids = new Set<string>()
  const tell = (pod: PodObject | null) => {
    if (!pod) return count?.('unreadable')
    uids.add(pod.uid)
    sink.pod(pod)
  }
  state.version = await listPods(http, scope, tell, signal)
  state.isListed = true
  noteAllowed(log, scope, state)
  sink.listed(uids)
  log.debug('pods listed', { namespace: scope.namespace, pods: uids.size })
}

async function watch(
  { http, sink, log, pace, count }: ReflectDeps,
  scope: PodScope,
  state: ReflectState,
  signal: AbortSignal,
): Promise<void> {
  const answer = await http.get({ path: podsPath(scope), query: watchQuery(scope, state, pace) }, signal)
  if (answer.status !== 200) {
    answer.discard()
    throw answer.status === 410 ? new ExpiredError() : new KubeStatusError(answer)
  }
  count?.('watch')
  noteAllowed(log, scope, state)
  const beganAtMs = performance.now()
  const livedMs = () => performance.now() - beganAtMs
  try {
    for await (const event of readWatch(answer, pace.idleMs)) {
      takeEvent(event, sink, state, count)
      noteHeard(state)
    }
    // Whoever ends watches as soon as they begin must not be asked again at once.
    if (livedMs() < pace.backoffBaseMs) throw new Error('the watch ended at once')
  } finally {
    if (livedMs() >= pace.steadyMs) state.failures = 0
  }
}

function watchQuery(scope: PodScope, state: ReflectState, pace: ReflectPace) {
  return {
    ...fieldsOf(scope),
    watch: true,
    allowWatchBookmarks: true,
    resourceVersion: state.version ?? '',
    timeoutSeconds: watchSeconds(state, pace),
  }
}

/** Failures are counted on: a server may answer well and break off all the same. */
function noteAllowed(log: Logger, { namespace }: PodScope, state: ReflectState): void {
  noteHeard(state)
  if (state.isForbidden) log.info('pods may be listed and watched again', { namespace })
  state.isForbidden = false
}

function noteHeard(state: ReflectState): void {
  state.heardAtMs = performance.now()
}

/** Not beyond the time at which a list is due. */
function watchSeconds({ listedAtMs }: ReflectState, pace: ReflectPace): number {
  const randomMs = pace.watchMsMin + Math.random() * (pace.watchMsMax - pace.watchMsMin)
  const dueMs = listedAtMs + pace.relistMs - performance.now()
  return Math.max(1, Math.ceil(Math.min(randomMs, dueMs) / 1000))
}

function takeEvent(
  { type, object }: WatchEvent,
  sink: PodSink,
  state: ReflectState,
  count: ReflectDeps['count'],
): void {
  // Mostly 410: history does not reach back so far.
  if (type === 'ERROR') throw new ExpiredError(JSON.stringify(object).slice(0, 500))
  const version = versionOf(object)
  const pod = type === 'BOOKMARK' ? null : readPod(object)
  if (pod && type === 'DELETED') sink.gone(pod.uid)
  else if (pod) sink.pod(pod)
  else if (type !== 'BOOKMARK') count?.('unreadable')
  // Only now: what was not taken comes again.
  state.version = version
}

function versionOf(object: unknown): string {
  const version = Object(Object(object).metadata).resourceVersion
  if (typeof version !== 'string' || version === '') throw new ExpiredError('an event without a version')
  return version
}

/** Failures of watches after which a list is tried: the server may refuse the version without saying so. */
const watchFailuresMax = 5

async function recover(
  { log, pace, count }: ReflectDeps,
  { namespace }: PodScope,
  state: ReflectState,
  err: unknown,
  signal: AbortSignal,
): Promise<void> {
  state.failures += 1
  if (err instanceof ExpiredError) {
    count?.('expired')
    log.debug('the watch of pods has expired', { namespace, err })
    state.version = null
    if (state.failures === 1) return // at once, as far as the list's own pace allows
  } else {
    count?.('failed')
    tellFailure(log, namespace, state, err)
  }
  if (state.failures % watchFailuresMax === 0) state.version = null
  await pause(backoffMs(state, pace, err), signal)
}

/** One or two in a row are everyday life. */
const failuresTold = 3

function tellFailure(log: Logger, namespace: string | null, state: ReflectState, err: unknown): void {
  const isForbidden = err instanceof KubeStatusError && err.status === 403
  if (isForbidden && !state.isForbidden) {
    log.warn('pods may not be listed and watched here, trying again now and then', { namespace })
  } else if (!isForbidden && state.failures === failuresTold) {
    log.warn('pods cannot be watched, trying again', { namespace, err })
  } else log.debug('a watch of pods has failed', { namespace, err })
  state.isForbidden = isForbidden
  if (isForbidden) state.version = null
}

function backoffMs({ failures, isForbidden }: ReflectState, pace: ReflectPace, err: unknown): number {
  const doubled = pace.backoffBaseMs * 2 ** Math.min(failures - 1, 20)
  if (isForbidden) return Math.min(pace.forbiddenMs, Math.max(pace.listGapMs, doubled))
  const asked = err instanceof KubeStatusError ? (err.retryAfterMs ?? 0) * (1 + Math.random() / 5) : 0
  return Math.max(asked, Math.random() * Math.min(pace.backoffMaxMs, doubled))
}
