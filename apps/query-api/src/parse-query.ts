import { Problem } from '@logboom/contracts'
import type { z } from 'zod'

/** As Express' simple parser gives it: a repeated parameter is an array. */
export type RawQuery = Record<string, unknown>

/**
 * Reads query parameters by their schema; fields marked `.meta({ repeatable: true })` are arrays and may come
 * often.
 * @throws {Problem} 400 that names the first parameter which is unknown, repeated or has a bad value
 */
export function parseQuery<S extends z.ZodObject>(query: RawQuery, schema: S): z.output<S> {
  const fields: Record<string, z.ZodType> = schema.shape
  const input: RawQuery = {}
  for (const [name, value] of Object.entries(query)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (!field) throw parameterProblem('unknown_parameter', name, 'is not a parameter of this route')
    input[name] = isRepeatable(field) ? [value].flat() : textOf(name, value)
  }
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw parameterProblem(
    'invalid_parameter',
    String(issue?.path[0] ?? ''),
    issue?.message ?? 'has a bad value',
  )
}

/** The one value of a parameter. PostgreSQL has no NUL, so nothing can ever match it. */
export function textOf(name: string, value: unknown): string {
  if (typeof value !== 'string') throw parameterProblem('invalid_parameter', name, 'may be given once')
  if (value.includes('\0')) throw parameterProblem('invalid_parameter', name, 'must not contain NUL')
  return value
}

export function parameterProblem(
  code: 'unknown_parameter' | 'invalid_parameter',
  parameter: string,
  fault: string,
): Problem {
  const name = parameter.slice(0, 100)
  return new Problem(code, `${name}: ${fault}`, { members: { parameter: name } })
}

export function isRepeatable(field: z.ZodType): boolean {
  return field.meta()?.['repeatable'] === true
}
