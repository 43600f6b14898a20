/**
 * The value of a cookie (RFC 6265 §5.4), with the quotes that some clients put around it taken off. Undefined where it is
 * missing, and where two of that name differ: a neighbouring domain may have added one, and nobody can tell which.
 */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  const values = new Set<string>()
  for (const pair of (header ?? '').split(';')) {
    const equals = pair.indexOf('=')
    if (equals < 0 || pair.slice(0, equals).trim() !== name) continue
    values.add(unquoted(pair.slice(equals + 1).trim()))
  }
  const [value] = values
  return values.size === 1 ? value : undefined
}

function unquoted(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}

export interface CookieOptions {
  value: string
  /** 0 deletes it. */
  maxAgeSeconds: number
  /** Over https only; the name must then begin with `__Host-`. */
  isSecure: boolean
  /** `Lax` is also sent when somebody comes from another site. */
  sameSite: 'Strict' | 'Lax'
}

/** A `Set-Cookie` line of a cookie that no script can read. */
export function setCookieLine(
  name: string,
  { value, maxAgeSeconds, isSecure, sameSite }: CookieOptions,
): string {
  const parts = [`${name}=${value}`, 'Path=/', `Max-Age=${maxAgeSeconds}`, 'HttpOnly', `SameSite=${sameSite}`]
  return [...parts, ...(isSecure ? ['Secure'] : [])].join('; ')
}
