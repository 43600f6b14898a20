import { usageError } from '../cli-error.ts'

/**
 * The address of a broker as it is kept: without a slash at the end.
 * @throws for what is no such address, and for http:// beyond this machine unless `insecure`
 */
export function checkUrl(text: string, insecure: boolean): string {
  const url = parse(text)
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.search || url.hash)
    throw usageError(`'${text}' is no address of a broker: it looks like https://logs.example.com`)
  if (url.username || url.password)
    throw usageError('the address must not hold a password: the key is asked for')
  if (url.protocol === 'http:' && !insecure && !isLoopback(url.hostname))
    throw usageError(
      `${url.origin} would send the key and all lines in the clear: use https://, or insist with --insecure`,
    )
  return url.href.replace(/\/+$/, '')
}

function parse(text: string): URL | null {
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `https://${text}`
  return URL.canParse(address) ? new URL(address) : null
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
