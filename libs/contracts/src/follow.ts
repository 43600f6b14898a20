import { z } from 'zod'

/** What following a stream asks of its agent: to send it every second, for which it gets more requests. */
export const followBoost = {
  /** Of each instance, when its own are spent. */
  requests_per_minute: 60,
  request_burst: 10,
  /** How long a mark holds unless it says otherwise. */
  seconds: 600,
  /** Marks of one agent; beyond, those that end first are forgotten. */
  marksMax: 100,
} as const

/** Streams that somebody follows; what is left out may be any. */
export const FollowedStreams = z
  .object({
    namespace: z.string().optional(),
    pod_name: z.string().optional().describe('The beginning of the name'),
    container_name: z.string().optional(),
  })
  .meta({ id: 'FollowedStreams' })
export type FollowedStreams = z.infer<typeof FollowedStreams>

/** Asks an agent to send these streams as soon as it has lines of them, until then. */
export const Follow = z
  .object({
    until: z.string(),
    streams: z.array(FollowedStreams),
    requests_per_minute: z.int().describe('That the instance has for it, besides its own'),
  })
  .meta({ id: 'Follow' })
export type Follow = z.infer<typeof Follow>
