/** Orders times of the API, which have six or nine digits, by what they mean. */
export function compareTimes(a: string, b: string): number {
  const [left, right] = [digitsOf(a), digitsOf(b)]
  return left < right ? -1 : Number(left > right)
}

/** All are UTC: with as many digits, without the `Z`, they sort as text. */
function digitsOf(time: string): string {
  const bare = time.replace(/Z$/, '')
  return `${bare.includes('.') ? bare : `${bare}.`}`.padEnd(29, '0')
}
