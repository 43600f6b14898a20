import { z } from 'zod'

/** What an agent may send, unless its own row says otherwise. */
export const defaultAgentLimits = {
  /** Entries in one request. */
  max_entries_per_request: 1000,
  /** Requests a minute, for each instance of the agent. */
  requests_per_minute: 10,
  /** Requests that may come at once after a quiet time. */
  request_burst: 10,
  /** Instances (header `Logboom-Instance`) with a request budget of their own; further ones share the first one's. */
  max_instances: 1,
  /** UTF-8 bytes of a message; longer ones are truncated. */
  max_message_bytes: 65_536,
  /** Bytes of a body after decompression. */
  max_body_bytes: 33_554_432,
  /** Entries kept before the oldest go; 0 = unbounded. */
  max_logs: 10_000_000,
}

export type AgentLimits = typeof defaultAgentLimits

/** The limits that an administrator may override for one agent. */
export const LimitOverrides = z
  .strictObject({
    max_entries_per_request: z.int().min(1).max(100_000),
    requests_per_minute: z.int().min(1).max(1_000_000),
    request_burst: z.int().min(1).max(1_000_000),
    max_instances: z.int().min(1).max(10_000),
    max_message_bytes: z.int().min(64).max(1_048_576),
    max_body_bytes: z.int().min(1024).max(268_435_456),
    max_logs: z.int().min(0),
  })
  .partial()
  .meta({ id: 'LimitOverrides' })

/** The limits in force for an agent: broker defaults with the agent's own overrides on top. */
export function effectiveLimits(defaults: AgentLimits, overrides: Record<string, number>): AgentLimits {
  return { ...defaults, ...overrides }
}

/** Bounds of the fields of an entry (UTF-8 bytes). They are part of the wire contract, not settings. */
export const fieldBytesMax = {
  namespace: 253,
  pod_name: 253,
  container_name: 63,
  entry_id: 128,
  group_id: 128,
  pod_uid: 128,
  node: 253,
  label: 256,
} as const

export const labelsMax = 32
export const attributesMax = { keys: 64, bytes: 16_384 } as const

/** A pod that changes its name with every request must not make a stream of each: beyond this, lines share one. */
export const liveStreamsPerAgentMax = 20_000
