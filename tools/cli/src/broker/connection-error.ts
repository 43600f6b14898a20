import { CliError, exitCodes } from '../cli-error.ts'

const reasons: Record<string, string> = {
  ECONNREFUSED: 'nobody listens there; is the broker running?',
  ECONNRESET: 'the connection broke; try again',
  UND_ERR_SOCKET: 'the connection broke; try again',
  ENOTFOUND: 'there is no such host; check the address',
  EAI_AGAIN: 'the name of its host cannot be looked up now; check the network',
  EHOSTUNREACH: 'there is no way to it; check the network',
  ENETUNREACH: 'there is no way to it; check the network',
  ETIMEDOUT: 'it does not answer; check the address and the network',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer; check the address and the network',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS; is it http://?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS; is it http://?',
}

const untrusted = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
])

/** What `fetch` throws, in words: it says "fetch failed" and keeps the reason below. */
export function connectionError(url: string, error: unknown): CliError {
  if (error instanceof CliError) return error
  if (error instanceof Error && error.name === 'TimeoutError')
    return new CliError(`${url} took too long to answer: try again later`, exitCodes.unavailable)
  const code = codeOf(error)
  const reason = untrusted.has(code)
    ? 'its certificate is of nobody that this machine trusts; log in with --ca FILE if it is of your own authority'
    : (reasons[code] ?? innermost(error))
  return new CliError(`${url} cannot be reached: ${reason}`, exitCodes.unavailable, { cause: error })
}

function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code
  }
  return ''
}

function innermost(error: unknown): string {
  let at = error
  while (at instanceof Error && at.cause instanceof Error) at = at.cause
  return at instanceof Error ? at.message : String(at)
}
