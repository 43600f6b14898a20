import { Problem } from '@logboom/contracts'
import { decodeJwt, errors } from 'jose'
import { unauthorized } from './principal.ts'

/** The issuer that a JWT claims, unverified: it only chooses who verifies. @throws {Problem} 401 for what is no JWT */
export function issuerOf(jwt: string): string {
  try {
    return decodeJwt(jwt).iss ?? ''
  } catch {
    throw unauthorized('the credential is neither a PAK nor a JWT')
  }
}

/** The outcome of jose's check, its errors as answers for the client, who is not told which check failed. */
export async function verified<T>(check: Promise<T>): Promise<T> {
  try {
    return await check
  } catch (err) {
    if (err instanceof errors.JWTExpired) throw unauthorized('the token has expired', 'token_expired')
    if (err instanceof errors.JOSEError) throw unauthorized('the token is not valid')
    throw err
  }
}

/** Keys, or a 503: that they cannot be had says nothing about the credential. */
export async function available<T>(keys: Promise<T>): Promise<T> {
  try {
    return await keys
  } catch (cause) {
    throw new Problem('unavailable', 'tokens cannot be checked for now', {
      headers: { 'Retry-After': '5' },
      cause,
    })
  }
}
