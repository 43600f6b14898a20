import { invalidField } from './read-json.ts'

/**
 * When a new key ends; undefined = never.
 * @throws {ZodError} (422) unless it lies in the future
 */
export function expiryOf(expiresAt: string | undefined): Date | undefined {
  if (expiresAt === undefined) return undefined
  const date = new Date(expiresAt)
  if (date.getTime() > Date.now()) return date
  throw invalidField(['expires_at'], 'must lie in the future')
}
