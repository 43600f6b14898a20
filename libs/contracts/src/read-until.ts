import { z } from 'zod'

/** Streams that a report may name one by one. */
export const behindMax = 1_000

const Until = z
  .string()
  .nullable()
  .describe('RFC 3339: all that was written before it has been sent; null: not known')

const StreamBehind = z
  .object({
    namespace: z.string().min(1),
    pod_name: z.string().min(1),
    container_name: z.string().nullish().describe('Without it: all containers of the pod'),
    until: Until,
  })
  .meta({ id: 'StreamBehind' })

/** How far an agent instance has read its streams: what a search of the last minutes can be believed by. */
export const ReadUntil = z
  .object({
    until: Until,
    behind: z
      .array(StreamBehind)
      .max(behindMax)
      .nullish()
      .describe('Streams that `until` does not hold for, and how far each of them has been sent'),
  })
  .meta({ id: 'ReadUntil' })
export type ReadUntil = z.infer<typeof ReadUntil>

/** The report of an instance that has no batch to send it with. */
export const IdleReadUntil = ReadUntil.extend({
  after_batch: z
    .int()
    .min(0)
    .describe('The last batch that the instance has sent, 0 for none: it counts once that one is committed'),
}).meta({ id: 'IdleReadUntil' })
export type IdleReadUntil = z.infer<typeof IdleReadUntil>

/** Why a report is not taken; what it came with is taken all the same. */
export const RejectedReadUntil = z
  .object({ code: z.enum(['read_until_invalid', 'read_until_unnumbered']), detail: z.string() })
  .meta({ id: 'RejectedReadUntil' })
export type RejectedReadUntil = z.infer<typeof RejectedReadUntil>

/** Nanoseconds since 1970 in decimal: JSON has no integers of that size. */
const Nanos = z
  .string()
  .regex(/^\d{1,19}$/)
  .nullable()

/** A report as it travels in a job and lies in PostgreSQL: its times checked, and in our clock. */
export const ReadReport = z.object({
  until_ns: Nanos,
  behind: z.array(
    z.object({
      namespace: z.string(),
      pod_name: z.string(),
      container_name: z.string().nullable(),
      until_ns: Nanos,
    }),
  ),
})
export type ReadReport = z.infer<typeof ReadReport>

/** How far all that is committed reaches. */
const progress = {
  complete_until: z
    .string()
    .nullable()
    .describe(
      'RFC 3339, nine digits: every line written before it has been sent and can be found; null: not known',
    ),
  lag_seconds: z.number().min(0).nullable().describe('How long ago that is'),
}

/** Of one agent. */
export const AgentProgress = z.object({ agent_id: z.uuid(), ...progress }).meta({ id: 'AgentProgress' })
export type AgentProgress = z.infer<typeof AgentProgress>

/** What each answer to a search says of it. */
export const SearchProgress = z.object({
  complete_until: progress.complete_until.describe(
    'RFC 3339, nine digits: every line of what was searched that was written before it has been sent and would have ' +
      'been found; null: not known of one of the agents',
  ),
  agents: z.array(AgentProgress).describe('The 20 agents searched that lag most, those not known first'),
})
export type SearchProgress = z.infer<typeof SearchProgress>
