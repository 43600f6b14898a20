import { listFollowedPlaces } from '@logboom/db'
import type { Database, FollowedPlace, StreamFilter } from '@logboom/db'
import type { FollowMark, FollowMarks } from '@logboom/queue'
import type { FollowFilter } from './follow-filter.ts'
import type { Follower } from './follower.ts'

export interface FollowBoost {
  /** Asks the agents of a follower for its streams every second, for as long as it follows. */
  watch(follower: Pick<Follower, 'filter' | 'closed'>): void
  close(): void
}

export interface FollowBoostOptions {
  db: Database
  marks: Pick<FollowMarks, 'mark'>
  /** A mark holds for ten minutes. */
  everyMs?: number
}

/** Pods of a deployment object or work order, agents of a search by name; of a follower. */
const placesMax = 20

/** Keeps agents sending at once what somebody follows: an agent, a deployment object, a work order or pods. */
export function createFollowBoost({ db, marks, everyMs = 240_000 }: FollowBoostOptions): FollowBoost {
  const markedAtMs = new Map<string, number>()
  const watched = new Set<Pick<Follower, 'filter' | 'closed'>>()

  async function boost({ filter }: Pick<Follower, 'filter'>): Promise<void> {
    for (const mark of await marksOf(db, filter)) {
      const key = JSON.stringify(mark)
      if (performance.now() - (markedAtMs.get(key) ?? -Infinity) < everyMs / 2) continue
      markedAtMs.set(key, performance.now())
      await marks.mark(mark)
    }
  }

  /** Without Redis or the database, lines come all the same, only later. */
  const tryBoost = (follower: Pick<Follower, 'filter'>) => boost(follower).catch(() => markedAtMs.clear())

  async function boostAll(): Promise<void> {
    markedAtMs.clear()
    for (const follower of watched) await tryBoost(follower)
  }
  const timer = setInterval(() => void boostAll(), everyMs)

  return {
    watch(follower) {
      if (!isBoosted(follower.filter.streams)) return
      watched.add(follower)
      follower.closed.addEventListener('abort', () => watched.delete(follower), { once: true })
      void tryBoost(follower)
    },
    close: () => clearInterval(timer),
  }
}

/** Whoever follows everything asks nobody to hurry. */
function isBoosted({ labels, ...places }: StreamFilter): boolean {
  return labels.length > 0 || Object.values(places).some((place) => place !== null)
}

async function marksOf(db: Database, { scope, streams }: FollowFilter): Promise<FollowMark[]> {
  const { agentId, deploymentObjectId, workOrderId, labels } = streams
  const isByPod = Boolean(deploymentObjectId ?? workOrderId ?? labels[0])
  if (agentId && !isByPod)
    return namespacesOf(scope, streams).map((namespace) => markOf({ agentId, namespace, streams }))
  const places = await listFollowedPlaces(db, scope, streams, placesMax)
  if (isByPod) return places.map((place) => podMarkOf(place, streams))
  const agents = [...new Set(places.map((place) => place.agentId))]
  return agents.map((id) => markOf({ agentId: id, namespace: streams.namespace ?? undefined, streams }))
}

/** A reader with a scope of namespaces boosts these alone. */
function namespacesOf(
  { namespaces }: FollowFilter['scope'],
  { namespace }: StreamFilter,
): (string | undefined)[] {
  if (namespace !== null) return [namespace]
  return namespaces ? namespaces.slice(0, placesMax) : [undefined]
}

function markOf({
  agentId,
  namespace,
  streams,
}: {
  agentId: string
  namespace: string | undefined
  streams: StreamFilter
}): FollowMark {
  const podName = streams.podName ?? (streams.podNamePrefix || undefined)
  return { agentId, namespace, podName, containerName: streams.containerName ?? undefined }
}

function podMarkOf({ agentId, namespace, podName }: FollowedPlace, streams: StreamFilter): FollowMark {
  return { agentId, namespace, podName, containerName: streams.containerName ?? undefined }
}
