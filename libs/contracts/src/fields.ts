import { z } from 'zod'
import { SearchProgress } from './read-until.ts'

/** Whether all of a search was counted. */
const counted = {
  total_is_exact: z
    .boolean()
    .describe(
      'False when only the newest entries were looked at: so many of them, or those of two seconds of looking',
    ),
  counted_from: z
    .string()
    .optional()
    .describe('Only when `total_is_exact` is false: every entry from here on is counted'),
  ...SearchProgress.shape,
}

export const Field = z
  .object({
    name: z.string().describe('For `GET /api/v1/fields/{name}/values`'),
    kind: z
      .enum(['column', 'label', 'attribute'])
      .describe('`label`: of a stream, `attribute`: of an entry, `column`: every other'),
    filter: z.boolean().describe('Whether a search can ask for one of its values'),
    parameter: z.string().optional().describe('How: the parameter that takes one value as it is'),
    example: z.string().optional(),
  })
  .meta({ id: 'Field' })
export type Field = z.infer<typeof Field>

export const FieldList = z
  .object({
    fields: z
      .array(Field)
      .describe('Columns, then labels and attributes, the most frequent first; 200 of each at most'),
    ...counted,
  })
  .meta({ id: 'FieldList' })
export type FieldList = z.infer<typeof FieldList>

export const FieldValue = z.object({ value: z.string(), count: z.int().min(0) }).meta({ id: 'FieldValue' })
export type FieldValue = z.infer<typeof FieldValue>

export const FieldValues = z
  .object({
    name: z.string(),
    values: z.array(FieldValue).describe('The most frequent first'),
    ...counted,
  })
  .meta({ id: 'FieldValues' })
export type FieldValues = z.infer<typeof FieldValues>
