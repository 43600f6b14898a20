import { randomBytes } from 'node:crypto'
import { rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What the journal may need to note that batches are gone, which is what gives room again. */
const reserveBytes = 262_144

/** Keeps some room on the disk for the time when it is full. @throws when there is none */
export async function keepReserve({ directory }: { directory: string }): Promise<void> {
  const path = join(directory, 'reserve')
  const size = await stat(path).then(
    (it) => it.size,
    () => 0,
  )
  if (size >= reserveBytes) return
  try {
    // Bytes that no file system can make smaller.
    await writeFile(path, randomBytes(reserveBytes), { mode: 0o600 })
  } catch (err) {
    await rm(path, { force: true }).catch(() => undefined)
    throw err
  }
}

/** After a write for which the disk had no room: once more, in the room that was kept. @throws what it met */
export async function useReserve(
  { directory }: { directory: string },
  err: unknown,
  write: () => Promise<void>,
): Promise<void> {
  const isFull = err instanceof Error && 'code' in err && (err.code === 'ENOSPC' || err.code === 'EDQUOT')
  if (!isFull) throw err
  await rm(join(directory, 'reserve'), { force: true })
  await write()
}

/** Whether the disk has room beyond the reserve. @throws when it has not */
export async function tryRoom({ directory }: { directory: string }): Promise<void> {
  const path = join(directory, 'probe')
  try {
    await writeFile(path, randomBytes(reserveBytes), { mode: 0o600, flush: true })
  } finally {
    await rm(path, { force: true }).catch(() => undefined)
  }
}
