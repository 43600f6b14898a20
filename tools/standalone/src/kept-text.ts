import { readFileSync, renameSync, writeFileSync } from 'node:fs'

/** The text of a file that `keepText` wrote; undefined when there is none. */
export function readKeptText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Writes a secret that only its owner may read: whole or not at all. */
export function keepText(path: string, text: string): void {
  const draft = `${path}.new`
  writeFileSync(draft, `${text}\n`, { mode: 0o600, flush: true })
  renameSync(draft, path)
}
