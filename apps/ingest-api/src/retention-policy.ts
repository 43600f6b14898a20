import { defaultRetentionClass } from '@logboom/contracts'

export interface RetentionRule {
  agentId: string | null
  namespace: string | null
  classId: number
}

export interface PolicyTable {
  classes: { id: number; retentionSeconds: number }[]
  rules: RetentionRule[]
}

export interface RetentionOf {
  classId: number
  retentionUs: number
}

export interface RetentionPolicy {
  /** The class that holds for an agent's namespace: agent and namespace, then agent, then namespace, then default. */
  of(agentId: string, namespace: string): RetentionOf
  /** Reads the table again when it is older than 30 s. Never fails: while PostgreSQL is away, the last table holds. */
  refresh(): Promise<void>
}

export interface RetentionPolicyOptions {
  /** Settles within a second. */
  load: () => Promise<PolicyTable>
  onError: (error: unknown) => void
  now?: () => number
}

const freshMs = 30_000
/** Until the table was read once, lines go to the default class: that should not last. */
const firstRetryMs = 2_000

/** Until the table was read once: retention-worker's own default. */
const fallback: RetentionOf = { classId: defaultRetentionClass.id, retentionUs: 12 * 3_600e6 }

/** Keeps who is retained for how long in memory, so that accepting a batch needs no PostgreSQL. */
export function createRetentionPolicy({
  load,
  onError,
  now = Date.now,
}: RetentionPolicyOptions): RetentionPolicy {
  let classOf: Map<string, RetentionOf> | null = null
  let nextMs = Number.NEGATIVE_INFINITY
  let loading: Promise<void> | null = null

  async function reload(): Promise<void> {
    try {
      classOf = indexPolicy(await load())
    } catch (error) {
      onError(error)
    }
    nextMs = now() + (classOf ? freshMs : firstRetryMs)
    loading = null
  }

  return {
    of: (agentId, namespace) =>
      classOf?.get(keyOf(agentId, namespace)) ??
      classOf?.get(keyOf(agentId, null)) ??
      classOf?.get(keyOf(null, namespace)) ??
      classOf?.get(keyOf(null, null)) ??
      fallback,
    async refresh() {
      if (now() < nextMs) return
      loading ??= reload()
      // only the very first batches wait; later ones go on with the table that is there
      if (!classOf) await loading
    },
  }
}

function indexPolicy(table: PolicyTable): Map<string, RetentionOf> {
  const classes = new Map(
    table.classes.map(({ id, retentionSeconds }) => [
      id,
      { classId: id, retentionUs: retentionSeconds * 1e6 },
    ]),
  )
  const index = new Map<string, RetentionOf>()
  const standard = classes.get(defaultRetentionClass.id)
  if (standard) index.set(keyOf(null, null), standard)
  for (const rule of table.rules) {
    const retention = classes.get(rule.classId)
    if (retention) index.set(keyOf(rule.agentId, rule.namespace), retention)
  }
  return index
}

/** A namespace may be any text: one that is called like the sign for "all" must not become all. */
function keyOf(agentId: string | null, namespace: string | null): string {
  return `${agentId ?? ''}${namespace === null ? '' : `\n${namespace}`}`
}
