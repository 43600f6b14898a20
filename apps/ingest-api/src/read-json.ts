import { cleanText, Problem } from '@logboom/contracts'
import express from 'express'
import type { Request, Response } from 'express'
import { z } from 'zod'

const bodyBytesMax = 65_536
// not strict: a bare number is valid JSON of the wrong shape
const parseJson = express.json({ limit: bodyBytesMax, strict: false, type: () => true })

/**
 * The JSON body of a request of the registry, at most 64 KiB; no body counts as `{}`. Routes call it after they know
 * who asks: a stranger is told 401, whatever the body.
 * @throws {Problem} 400, 413, 415 @throws {ZodError} (422) naming the fields
 */
export async function readJson<S extends z.ZodType>(
  req: Request,
  res: Response,
  schema: S,
): Promise<z.output<S>> {
  const body = schema.parse(await jsonOf(req, res))
  const path = findUnstorable(body, [])
  if (path) throw invalidField(path, 'must not contain NUL or half of a surrogate pair')
  return body
}

/** A fault of the body that only the database could tell, in the form of those that zod tells. */
export function invalidField(path: readonly string[], message: string): z.ZodError {
  return new z.ZodError([{ code: 'custom', path: [...path], message, input: undefined }])
}

async function jsonOf(req: Request, res: Response): Promise<unknown> {
  const isType = req.is('application/json')
  if (isType === null || req.get('content-length') === '0') return {}
  if (!isType) throw new Problem('unsupported_media_type', 'send application/json')
  const parsed = Promise.withResolvers<void>()
  parseJson(req, res, (error?: unknown) => (error ? parsed.reject(error) : parsed.resolve()))
  await parsed.promise
  return req.body
}

/** PostgreSQL takes neither in text or jsonb, and would say so with an error that helps nobody. */
function findUnstorable(value: unknown, path: readonly string[]): readonly string[] | null {
  if (typeof value === 'string') return cleanText(value) === value ? null : path
  if (typeof value !== 'object' || value === null) return null
  for (const [key, item] of Object.entries(value)) {
    if (cleanText(key) !== key) return path
    const found = findUnstorable(item, [...path, key])
    if (found) return found
  }
  return null
}
