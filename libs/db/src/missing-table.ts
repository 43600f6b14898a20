/** True when a leaf went away between the look at the list of leaves and its use: somebody else has dropped it. */
export function isMissingTable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '42P01'
}
