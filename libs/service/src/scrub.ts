/** What looks like a credential of ours or of HTTP, and what stands in its place. All of them are linear-time. */
const patterns: readonly [RegExp, string][] = [
  // The short part names the key in our own table and is safe to keep; 16 characters also catch a key that was cut off.
  [/(logboom_[1-9A-HJ-NP-Za-km-z]{4,16})_[1-9A-HJ-NP-Za-km-z]{16,}/g, '$1_[masked]'],
  // The token of a session, or a ticket.
  [/\b(lb[st]_)[\w-]{16,}/g, '$1[masked]'],
  // A JOSE header is base64url of `{"…` or of `{` and white space: `eyJ`, `eyA`, `ewo`, `ewk`.
  [/\be[wy][\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, '[masked]'],
  [/(authorization["'\\]*\s*[:=]\s*["'\\]*(?:(?:bearer|basic|digest)\s+)?)[^\s"'\\,}]+/gi, '$1[masked]'],
  [/\b(bearer\s+)[\w.~+/=-]{16,}/gi, '$1[masked]'],
  // The password in the URL of a database.
  [/(:\/\/[^\s:@/"]{0,256}):[^\s@/"\\]{1,256}@/g, '$1:[masked]@'],
]

/** Names of fields whose value is never shown, whatever it looks like. */
const secretNames =
  /^(?:proxy-)?authorization$|^(?:set-)?cookie$|^x-api-key$|password$|secret$|^(?:x-)?csrf[-_]token$|^token$|^ticket$|^pak$/i

export function isSecretName(name: string): boolean {
  return secretNames.test(name)
}

/**
 * Masks credentials in a text: our PAKs, JWTs, `Authorization` values, passwords in URLs, and the given literal secrets.
 * Applied to finished JSON it leaves valid JSON.
 */
export function scrub(text: string, secrets: readonly string[] = []): string {
  const clean = patterns.reduce((masked, [pattern, stand]) => masked.replace(pattern, stand), text)
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, '[masked]'), clean)
}
