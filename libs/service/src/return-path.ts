const charsMax = 2_000

/**
 * A page of ours to go to after a sign-in: a path of this origin, and no route of the API. Null for whatever else a link
 * may say.
 */
export function returnPathOf(text: string): string | null {
  const base = 'http://logboom.invalid'
  if (text.length > charsMax || !text.startsWith('/') || !URL.canParse(text, base)) return null
  const { origin, pathname, search, hash } = new URL(text, base)
  // Browsers take `//` and `/\\` for the beginning of a host; a path that the URL parser made into one is no better.
  if (origin !== base || pathname.startsWith('//') || /^\/(api|ws)(\/|$)/i.test(pathname)) return null
  return pathname + search + hash
}
