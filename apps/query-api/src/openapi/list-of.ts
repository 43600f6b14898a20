import { z } from 'zod'

/** The answer of a list route. */
export function listOf<Name extends string>(name: Name, item: z.ZodType): z.ZodObject {
  return z.object({
    [name]: z.array(item),
    has_more: z.boolean(),
    next_cursor: z.string().nullable().describe('For `cursor`; null on the last page'),
  })
}
