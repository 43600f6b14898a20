import { randomBytes, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { replaceFile } from './write-durably.ts'

const Instance = z.object({
  /** Names this spool to the broker, which counts its batches. */
  id: z.string().min(1),
  /** Keys the hashes of file contents; never leaves the machine. */
  printKey: z.string().min(16),
})

export type Instance = z.infer<typeof Instance>

/**
 * Who this spool is, made at its first use. A spool that lost its count (`isSame: false`) must not go on under a name
 * whose batches the broker has counted, and gets a new one.
 */
export async function openInstance(
  path: string,
  { isSame }: { isSame: boolean },
): Promise<Instance & { isNew: boolean }> {
  const known = await readInstance(path)
  if (known && isSame) return { ...known, isNew: false }
  const printKey = known?.printKey ?? randomBytes(24).toString('base64url')
  const made = { id: randomUUID(), printKey }
  await saveInstance(path, made)
  return { ...made, isNew: true }
}

export async function saveInstance(path: string, { id, printKey }: Instance): Promise<void> {
  await replaceFile(path, Buffer.from(`${JSON.stringify({ id, printKey })}\n`))
}

async function readInstance(path: string): Promise<Instance | null> {
  try {
    return Instance.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (err) {
    // Written as a whole or not at all: what is there and does not parse was damaged, and a new name is safe.
    if (err instanceof Error && 'code' in err && err.code !== 'ENOENT') throw err
    return null
  }
}
