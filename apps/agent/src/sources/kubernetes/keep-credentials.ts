import { isDeepStrictEqual } from 'node:util'
import type { KubeAccess, KubeCredentials } from './kube-access.ts'

export interface KeptCredentials {
  /** At most a minute old; older ones serve where no newer can be read. Rejects while none were ever read. */
  current(): Promise<KubeCredentials>
  /** After `refused` were refused: others, or null when there are none. */
  renewed(refused: KubeCredentials): Promise<KubeCredentials | null>
}

/** A token in a cluster is renewed about every fifty minutes, well before it expires. */
const ageMsMax = 60_000
/** Reading afresh may run a program: an API server that refuses everything must not have it run all the time. */
const freshMsMin = 5_000

/** Credentials are read once for all requests that ask at the same time. */
export function keepCredentials(
  access: KubeAccess,
  now: () => number = () => performance.now(),
): KeptCredentials {
  let kept: { credentials: KubeCredentials; atMs: number } | null = null
  let freshAtMs = -Infinity
  let reading: Promise<KubeCredentials> | null = null

  function read(isFresh: boolean): Promise<KubeCredentials> {
    reading ??= access
      .read(isFresh)
      .then((credentials) => {
        kept = { credentials, atMs: now() }
        return credentials
      })
      .finally(() => {
        reading = null
      })
    return reading
  }

  return {
    async current() {
      if (!kept) return read(false)
      const { credentials, atMs } = kept
      if (now() - atMs < ageMsMax) return credentials
      return read(false).catch(() => {
        // Not before another minute: a file that went away would be asked for with every request.
        kept = { credentials, atMs: now() }
        return credentials
      })
    },
    async renewed(refused) {
      const isNew = () => kept !== null && !isDeepStrictEqual(kept.credentials, refused)
      if (!isNew() && now() - freshAtMs >= freshMsMin) {
        freshAtMs = now()
        await read(true).catch(() => undefined)
      } else if (reading) await reading.catch(() => undefined)
      return kept && isNew() ? kept.credentials : null
    },
  }
}
