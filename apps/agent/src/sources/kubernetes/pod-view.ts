import { isDeepStrictEqual } from 'node:util'
import type { OwnerChain, OwnerFinder } from './find-owners.ts'
import type { ManagedPod, PodListener } from './managed-pod.ts'
import type { PodObject } from './pod-object.ts'
import { isAllowed, isManaged, isOptedOut, managedPod } from './pod-rules.ts'
import type { PodRules } from './pod-rules.ts'

export interface PodViewOptions {
  rules: PodRules
  finder: OwnerFinder
  listener: PodListener
  signal: AbortSignal
  /** A pod that is no longer selected is kept so long: labels and annotations flap when operators write them anew. */
  graceMs: number
  /** After a walk to the owners that the server did not answer. */
  retryMs: number
  /** The pods of one owner come together, and share what it said so long before the first. */
  siblingMs: number
}

export interface PodView {
  /** A pod as it is now, told by the watch of `scope`. */
  pod(scope: string, pod: PodObject): void
  gone(uid: string): void
  /** Of `scope`, these pods are there, and no others. */
  listed(scope: string, uids: ReadonlySet<string>): void
  /** Tells the listener that all pods were told of. */
  complete(): void
  /** Pods that are selected. */
  readonly selected: ReadonlyMap<string, ManagedPod>
  close(): void
}

interface Entry {
  uid: string
  scope: string
  /** What is known of its owners from before is not believed: they may have been changed just before they made it. */
  sinceMs: number
  /** As it was told last, while its owners are not known. */
  undecided: PodObject | null
  isWalking: boolean
  leaving: NodeJS.Timeout | undefined
  retrying: NodeJS.Timeout | undefined
}

interface State extends PodViewOptions {
  entries: Map<string, Entry>
  selected: Map<string, ManagedPod>
}

/**
 * Turns what the server says about all pods into what a reader wants to know about its own. A pod is told as soon as it
 * is known to be selected, and again when its owners have said more; nothing waits for them.
 */
export function createPodView(options: PodViewOptions): PodView {
  const state: State = { ...options, entries: new Map(), selected: new Map() }
  return {
    pod: (scope, pod) => takePod(state, scope, pod),
    gone: (uid) => drop(state, uid),
    listed(scope, uids) {
      for (const entry of state.entries.values()) {
        if (entry.scope === scope && !uids.has(entry.uid)) drop(state, entry.uid)
      }
    },
    complete() {
      // Of those that are undecided, some will turn out to be selected.
      const undecided = [...state.entries.values()].filter((entry) => entry.undecided !== null)
      state.listener.listed(new Set([...state.selected.keys(), ...undecided.map(({ uid }) => uid)]))
    },
    selected: state.selected,
    close() {
      for (const entry of state.entries.values()) clearTimers(entry)
    },
  }
}

function takePod(state: State, scope: string, pod: PodObject): void {
  const entry = entryOf(state, scope, pod.uid)
  if (isOptedOut(state.rules, pod)) return deselect(state, entry)
  if (!isAllowed(state.rules, pod)) return leave(state, entry, pod)
  const chain = state.finder.known(pod.owner, entry.sinceMs)
  decide(state, entry, pod, chain)
  if (chain) return
  entry.undecided = pod
  void walk(state, entry)
}

function entryOf({ entries, siblingMs }: State, scope: string, uid: string): Entry {
  const known = entries.get(uid)
  if (known) return Object.assign(known, { scope })
  const entry: Entry = {
    uid,
    scope,
    sinceMs: performance.now() - siblingMs,
    undecided: null,
    isWalking: false,
    leaving: undefined,
    retrying: undefined,
  }
  entries.set(uid, entry)
  return entry
}

function decide(state: State, entry: Entry, pod: PodObject, chain: OwnerChain | null): void {
  const { rules, selected } = state
  const { owners, isWhole } = chain ?? { owners: [], isWhole: false }
  const earlier = selected.get(entry.uid) ?? null
  entry.undecided = null
  if (isManaged(rules, [pod, ...owners])) {
    clearTimeout(entry.leaving)
    entry.leaving = undefined
    tell(state, managedPod(rules, pod, owners, isWhole ? null : earlier))
  } else if (isWhole) leave(state, entry, pod, owners)
  // What owners said before holds until they say otherwise.
  else if (earlier) tell(state, managedPod(rules, pod, owners, earlier))
}

/** Is told on for a while, and let go then. */
function leave(state: State, entry: Entry, pod: PodObject, owners: OwnerChain['owners'] = []): void {
  entry.undecided = null
  const earlier = state.selected.get(entry.uid)
  if (!earlier) return
  tell(state, managedPod(state.rules, pod, owners, earlier))
  entry.leaving ??= setTimeout(() => deselect(state, entry), state.graceMs)
}

function deselect(state: State, entry: Entry): void {
  clearTimers(entry)
  entry.undecided = null
  if (state.selected.delete(entry.uid)) state.listener.removed(entry.uid, { isDeleted: false })
}

function drop(state: State, uid: string): void {
  const entry = state.entries.get(uid)
  if (!entry) return
  clearTimers(entry)
  entry.undecided = null
  state.entries.delete(uid)
  if (state.selected.delete(uid)) state.listener.removed(uid, { isDeleted: true })
}

function clearTimers(entry: Entry): void {
  clearTimeout(entry.leaving)
  clearTimeout(entry.retrying)
  entry.leaving = undefined
  entry.retrying = undefined
}

/** Only what is news: a pod's status is written every few seconds while it starts, mostly about other things. */
function tell({ selected, listener }: State, pod: ManagedPod): void {
  if (isDeepStrictEqual(selected.get(pod.uid), pod)) return
  selected.set(pod.uid, pod)
  listener.changed(pod)
}

/** Asks for the owners of a pod until they are known, then decides about the pod as it is by then. Never rejects. */
async function walk(state: State, entry: Entry): Promise<void> {
  if (entry.isWalking || entry.retrying) return
  entry.isWalking = true
  try {
    while (entry.undecided) {
      const { owner, namespace } = entry.undecided
      const chain = await state.finder.find(owner, namespace, entry.sinceMs, state.signal)
      const latest: PodObject | null = entry.undecided
      // Meanwhile it may have been adopted by another.
      if (latest && latest.owner?.uid === owner?.uid) decide(state, entry, latest, chain)
    }
  } catch {
    if (!state.signal.aborted && entry.undecided) retryLater(state, entry)
  } finally {
    entry.isWalking = false
  }
}

function retryLater(state: State, entry: Entry): void {
  const delayMs = state.retryMs * (1 + Math.random())
  entry.retrying = setTimeout(() => {
    entry.retrying = undefined
    void walk(state, entry)
  }, delayMs)
}
