import { createRecentMap } from '@logboom/service/recent-map'
import type { Logger } from '@logboom/service'
import type { KubeHttp } from './kube-http.ts'
import { createOwnerPaths } from './owner-paths.ts'
import { readMeta } from './pod-object.ts'
import type { ObjectMeta, OwnerReference } from './pod-object.ts'
import { readJson } from './read-json.ts'

/** The controllers that a pod belongs to, nearest first. */
export interface OwnerChain {
  owners: ObjectMeta[]
  /** Whether the last of them belongs to nothing; else one could not be read. */
  isWhole: boolean
}

export interface OwnerFinder {
  /** What is remembered and was read after `sinceMs`; null when something must be asked for. */
  known(owner: OwnerReference | null, sinceMs: number): OwnerChain | null
  /** Asks for what is not remembered. Rejects when the server could not answer, or `signal` was aborted. */
  find(
    owner: OwnerReference | null,
    namespace: string,
    sinceMs: number,
    signal: AbortSignal,
  ): Promise<OwnerChain>
}

export interface OwnerFinderOptions {
  /** Labels and annotations that are kept of an owner. */
  keys: readonly string[]
  log: Logger
  /** Milliseconds of a clock that does not step back. */
  now: () => number
  /** For how long an owner that was read is believed, at most; default 20 min. */
  ownerMs?: number
  /** The same for one that is not there or may not be read; default 60 s. */
  missMs?: number
}

interface Remembered {
  /** Null for what is not there. */
  meta: ObjectMeta | null
  atMs: number
  untilMs: number
}

const rememberedMax = 10_000
/** Pod, ReplicaSet, Deployment and what an operator puts above them; a circle ends here too. */
const depthMax = 8
/** There is no haste, and a thousand new pods must not be a flood: so many requests at a time, and 200 a second. */
const askingMax = 4
const askingMsMin = 20

const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json'

/** Walks from pods to what they belong to; each owner is asked for once, for all of its pods. */
export function createOwnerFinder(http: KubeHttp, options: OwnerFinderOptions): OwnerFinder {
  const { now, ownerMs = 1_200_000, missMs = 60_000 } = options
  const remembered = createRecentMap<Remembered>(rememberedMax)
  const ask = createAsking(http, options)
  const asking = new Map<string, Promise<Remembered>>()

  function recall({ uid }: OwnerReference, sinceMs: number): Remembered | null {
    const entry = remembered.get(uid)
    if (!entry || entry.atMs < sinceMs) return null
    if (now() >= entry.untilMs) return null
    remembered.set(uid, entry) // the newest now: what is in use is forgotten last
    return entry
  }

  function read(owner: OwnerReference, namespace: string, signal: AbortSignal): Promise<Remembered> {
    const running = asking.get(owner.uid)
    if (running) return running
    const atMs = now()
    const started = ask(owner, namespace, signal)
      .then((meta) => {
        // Not all of those that were read at the start are to be read again at the same time.
        const untilMs = now() + (meta ? ownerMs * (0.5 + Math.random() / 2) : missMs)
        const entry = { meta, atMs, untilMs }
        remembered.set(owner.uid, entry)
        return entry
      })
      .finally(() => asking.delete(owner.uid))
    asking.set(owner.uid, started)
    return started
  }

  return {
    known: (owner, sinceMs) => recallChain(owner, (next) => recall(next, sinceMs)),
    async find(owner, namespace, sinceMs, signal) {
      const owners: ObjectMeta[] = []
      let next = owner
      while (next && owners.length < depthMax) {
        const { meta } = recall(next, sinceMs) ?? (await read(next, namespace, signal))
        if (!meta) return { owners, isWhole: false }
        owners.push(meta)
        next = meta.owner
      }
      return { owners, isWhole: true }
    },
  }
}

function recallChain(
  owner: OwnerReference | null,
  recall: (owner: OwnerReference) => Remembered | null,
): OwnerChain | null {
  const owners: ObjectMeta[] = []
  let next = owner
  while (next && owners.length < depthMax) {
    const entry = recall(next)
    if (!entry) return null
    if (!entry.meta) return { owners, isWhole: false }
    owners.push(entry.meta)
    next = entry.meta.owner
  }
  return { owners, isWhole: true }
}

type Ask = (owner: OwnerReference, namespace: string, signal: AbortSignal) => Promise<ObjectMeta | null>

/** A kind that may not be read is left alone for a while. */
const forbiddenMs = 300_000

/** Asks for the metadata of owners, a few at a time; null for those that are not there or may not be read. */
function createAsking(http: KubeHttp, { keys, log, now }: OwnerFinderOptions): Ask {
  const paths = createOwnerPaths(http, now)
  const slot = createSlots(askingMax, askingMsMin)
  const forbiddenUntil = new Map<string, number>()

  function noteForbidden(place: string): null {
    const message = 'owners of pods may not be read, so what they say about their pods is not known'
    if (!forbiddenUntil.has(place)) log.warn(message, { kind: place })
    forbiddenUntil.set(place, now() + forbiddenMs)
    return null
  }

  async function ask(
    owner: OwnerReference,
    namespace: string,
    signal: AbortSignal,
  ): Promise<ObjectMeta | null> {
    const place = `${namespace}/${owner.kind}`
    if (now() < (forbiddenUntil.get(place) ?? 0)) return null
    signal.throwIfAborted()
    const path = await paths.pathOf(owner, namespace, signal)
    if (path === null) return null
    const { status, value } = await readJson(http, { path, accept: metadataOnly }, signal)
    if (status === 403) return noteForbidden(place)
    if (status === 404) return null
    const meta = status === 200 ? readMeta(value) : null
    if (!meta) throw new Error(`the API server answered ${status}`)
    // Another one of the same name owns other pods.
    return meta.uid === owner.uid ? trimmed(meta, keys) : null
  }

  return (owner, namespace, signal) => slot(() => ask(owner, namespace, signal))
}

function trimmed(meta: ObjectMeta, keys: readonly string[]): ObjectMeta {
  const pick = (record: Record<string, string>) =>
    Object.fromEntries(Object.entries(record).filter(([key]) => keys.includes(key)))
  return { ...meta, labels: pick(meta.labels), annotations: pick(meta.annotations) }
}

/** At most `slots` at a time, in the order in which they came, each slot taken for `msMin` at least. */
function createSlots(slots: number, msMin: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let free = slots
  const release = () => {
    const next = waiting.shift()
    if (next) next()
    else free += 1
  }
  return async (work) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    const beganAtMs = performance.now()
    try {
      return await work()
    } finally {
      setTimeout(release, Math.max(0, msMin - (performance.now() - beganAtMs)))
    }
  }
}
