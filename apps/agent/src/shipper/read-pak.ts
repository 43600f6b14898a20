import { readFile } from 'node:fs/promises'

export interface PakSource {
  /** The key in force. @throws when its file cannot be read or holds no key */
  read(): Promise<string>
}

/** The agent's key: given, or from a file that is read again after `reloadMs`, because keys are rotated. */
export function createPakSource(
  given: { pak?: string | undefined; file?: string | undefined },
  reloadMs: number,
): PakSource {
  const { pak, file } = given
  let known: { pak: string; atMs: number } | undefined
  return {
    async read() {
      if (file === undefined) return pak ?? ''
      if (known && performance.now() - known.atMs < reloadMs) return known.pak
      const text = (await readFile(file, 'utf8')).trim()
      if (!/^[\x21-\x7e]+$/.test(text)) throw new Error('the key file holds no key')
      known = { pak: text, atMs: performance.now() }
      return text
    },
  }
}
