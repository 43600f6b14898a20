/** A link of an entry, such as `deployment_object 2f1c…` (the kind, a blank, an id that may be any text). */
export type Link = `${'deployment_object' | 'work_order'} ${string}`

/** Which links of an agent's entries are known to be wrong, as far as this process knows. */
export interface KnownLinks {
  /** Links that do not exist or are another agent's. While PostgreSQL is away, none: the writer decides in the end. */
  wrong(agentId: string, links: ReadonlySet<Link>): Promise<Set<Link>>
}

export interface KnownLinksOptions {
  /** Which of the links are the agent's; settles within a second. */
  find: (agentId: string, links: Link[]) => Promise<Set<Link>>
  onError: (error: unknown) => void
  now?: () => number
}

/** A link that was just registered must soon count as right; one that was deleted is put right by the writer anyway. */
const rightForMs = 30_000
const wrongForMs = 5_000
/** After a failed look-up, so that not every batch waits for a dead database. */
const retryMs = 1_000
const knownMax = 100_000

const uuid = / [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Asks for each link at most every 5 s (wrong) or 30 s (right). */
export function createKnownLinks({ find, onError, now = Date.now }: KnownLinksOptions): KnownLinks {
  const cache = new Map<string, { isRight: boolean; untilMs: number }>()
  let awayUntilMs = 0

  function knownOf(agentId: string, link: Link): boolean | undefined {
    const known = cache.get(agentId + link)
    return known && known.untilMs > now() ? known.isRight : undefined
  }

  async function learn(agentId: string, links: Link[]): Promise<void> {
    if (links.length === 0 || now() < awayUntilMs) return
    try {
      const right = await find(agentId, links)
      if (cache.size > knownMax) cache.clear()
      for (const link of links) {
        const isRight = right.has(link)
        cache.set(agentId + link, { isRight, untilMs: now() + (isRight ? rightForMs : wrongForMs) })
      }
    } catch (error) {
      awayUntilMs = now() + retryMs
      onError(error)
    }
  }

  return {
    async wrong(agentId, links) {
      const ids = [...links].filter((link) => uuid.test(link))
      await learn(
        agentId,
        ids.filter((link) => knownOf(agentId, link) === undefined),
      )
      return new Set([...links].filter((link) => !uuid.test(link) || knownOf(agentId, link) === false))
    },
  }
}
