import { withDeadline } from './deadline.ts'

export interface RefreshedOptions<T> {
  /** What it is, for the error of a deadline. */
  what: string
  load: () => Promise<T>
  /** How long a value is served without asking again. */
  freshMs: number
  /** Pause after a failed load. */
  retryMs: number
  loadMs: number
  now: () => number
}

export interface Refreshed<T> {
  /** The value; an old one while it cannot be loaded. @throws only when there never was one */
  get(): Promise<T>
  /** The value, loaded anew unless the last attempt is less than `minAgeMs` old. */
  reload(minAgeMs: number): Promise<T>
}

/** A value that others change seldom, such as public keys: loaded when asked for, kept when its source is away. */
export function createRefreshed<T>(options: RefreshedOptions<T>): Refreshed<T> {
  const { what, load, freshMs, retryMs, loadMs, now } = options
  let value: { loaded: T } | undefined
  let failure: unknown
  let dueMs = -Infinity
  let triedMs = -Infinity
  let running: Promise<T> | undefined

  function current(): T {
    if (value) return value.loaded
    throw failure
  }

  async function refresh(): Promise<T> {
    triedMs = now()
    try {
      value = { loaded: await withDeadline(what, loadMs, load()) }
      dueMs = triedMs + freshMs
    } catch (err) {
      failure = err
      dueMs = now() + retryMs
    }
    return current()
  }

  function loadOnce(): Promise<T> {
    running ??= refresh().finally(() => (running = undefined))
    return running
  }

  return {
    get: async () => (now() < dueMs ? current() : loadOnce()),
    reload: async (minAgeMs) => ((running ?? now() - triedMs >= minAgeMs) ? loadOnce() : current()),
  }
}
