/** Where to go after signing in: a path of this origin and nothing else, whatever the link says. */
export function returnPath(search: string): string {
  const path = new URLSearchParams(search).get('return_to') ?? '/'
  return /^\/(?![/\\])\P{Cc}*$/u.test(path) ? path : '/'
}

/** The sign-in page's address that leads back to `path`. */
export function signInPath(path: string): string {
  return path === '/' ? '/signin' : `/signin?return_to=${encodeURIComponent(path)}`
}
