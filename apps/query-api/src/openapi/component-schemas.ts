import { z } from 'zod'

export type JsonSchema = Record<string, unknown>

export interface ComponentSchemas {
  /**
   * A schema as it stands in a document: those with an id by reference. `input`: as a client may write it.
   */
  schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema
  all(): Record<string, JsonSchema>
}

/** Gathers the named schemas of a document on the way, each once. */
export function createComponentSchemas(): ComponentSchemas {
  const components: Record<string, JsonSchema> = {}
  return {
    schemaOf(schema, io) {
      const {
        $schema: _,
        $defs = {},
        ...rest
      } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' })
      for (const [id, definition] of Object.entries($defs)) components[id] = pointed(definition)
      return pointed(rest)
    },
    all: () => components,
  }
}

/** zod points into the `$defs` of one schema, a document into the components of all. */
function pointed(schema: object): JsonSchema {
  const text = JSON.stringify(schema, (key, value: unknown) =>
    key === 'id' && typeof value === 'string' ? undefined : value,
  )
  const parsed: unknown = JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/'))
  return Object.fromEntries(Object.entries(parsed ?? {}))
}
