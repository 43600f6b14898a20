import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A new file, on disk with its name when the promise resolves; nothing of it is left when it rejects. */
export async function writeNewFile(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeSynced(path, bytes)
    await syncDirectory(dirname(path))
  } catch (err) {
    await rm(path, { force: true }).catch(() => undefined)
    throw err
  }
}

/** Replaces a file as a whole: whoever reads it, also after a crash, finds the old or the new content. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const next = `${path}.next`
  await writeSynced(next, bytes)
  await rename(next, path)
  await syncDirectory(dirname(path))
}

/** The directory itself must be synced, or a crash may forget that a file was made or renamed. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'w', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
