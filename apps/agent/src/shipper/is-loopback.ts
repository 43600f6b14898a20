/** Whether a host of a URL is this machine: what is sent there crosses no network. */
export function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]') return true
  // URL has brought every spelling of an IPv4 address (127.1, 0x7f.1) into this form.
  return /^127(?:\.\d{1,3}){3}$/.test(hostname)
}
