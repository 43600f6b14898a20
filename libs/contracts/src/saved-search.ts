import { z } from 'zod'
import { normaliseLevel } from './level.ts'

/** Searches that one owner may keep. */
export const savedSearchesMax = 200

/** Parameters of a search that say what is looked for, and not which page of it is shown. */
export const searchParameters = [
  'namespace',
  'pod_name',
  'pod_name_exact',
  'container_name',
  'agent_id',
  'deployment_object_id',
  'work_order_id',
  'level',
  'min_level',
  'since',
  'until',
  'q',
  'order',
] as const

/** Parameters whose names the client makes up, as `attributes.trace_id=…`. */
export const fieldPrefixes = ['attributes.', 'labels.'] as const

const Id = z.guid()
const Level = z.string().refine((text) => normaliseLevel(text) !== null)
const Order = z.enum(['asc', 'desc'])
const valuesOf: Record<string, z.ZodType> = {
  agent_id: Id,
  deployment_object_id: Id,
  work_order_id: Id,
  level: Level,
  min_level: Level,
  order: Order,
}

/** Times and expressions are judged when the search is made: the one by its clock, the other by its engine. */
const SearchText = z
  .string()
  .max(4_000)
  .superRefine((text, context) => {
    const seen = new Set<string>()
    for (const [name, value] of new URLSearchParams(text)) {
      const fault = faultOf(name, value) ?? (seen.has(name) && name !== 'level' ? 'may be given once' : null)
      if (fault) context.addIssue(`${name.slice(0, 100)}: ${fault}`)
      seen.add(name)
    }
  })
  .describe('Parameters of a search as they stand in a URL, such as `level=ERROR&since=15m`; may be empty')

function faultOf(name: string, value: string): string | null {
  const isField = fieldPrefixes.some((prefix) => name.startsWith(prefix) && name !== prefix)
  const isKnown = searchParameters.some((known) => known === name)
  if (!isField && !isKnown) return 'is not a parameter of a search that can be saved'
  if (value.includes('\0')) return 'must not contain NUL'
  if (!isField && value === '') return 'must not be empty'
  return valuesOf[name]?.safeParse(value).success === false ? 'has a bad value' : null
}

const Name = z.string().trim().min(1).max(120)

export const SavedSearch = z
  .object({
    id: z.uuid(),
    name: z.string(),
    query: z.string().describe('Parameters of a search as they stand in a URL'),
    shared: z.boolean(),
    owner: z.string().describe('`pak:<id>` of a key, or `oidc:<subject>`'),
    own: z.boolean().describe('Whether it is the caller’s own'),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'SavedSearch' })
export type SavedSearch = z.infer<typeof SavedSearch>

export const CreateSavedSearch = z
  .strictObject({ name: Name, query: SearchText, shared: z.boolean().default(false) })
  .meta({ id: 'CreateSavedSearch' })

export const UpdateSavedSearch = z
  .strictObject({ name: Name, query: SearchText, shared: z.boolean() })
  .partial()
  .meta({ id: 'UpdateSavedSearch' })
