import { randomUUID } from 'node:crypto'
import { link, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { kill, pid as ownPid } from 'node:process'

/** The spool of a process that is alive cannot be opened by another one. */
export class SpoolLocked extends Error {
  constructor(directory: string, owner: string) {
    super(`the spool ${directory} is in use by process ${owner}`)
    this.name = 'SpoolLocked'
  }
}

export interface DirectoryLock {
  /** Takes it again, should it be gone with its directory. @throws {SpoolLocked} */
  renew(): Promise<void>
  release(): Promise<void>
}

/**
 * Takes the directory for this process. A lock whose owner is dead is taken over.
 * Two machines or containers that share a directory see different processes: for them this is no protection.
 * @throws {SpoolLocked}
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const path = join(directory, 'lock')
  const mine = `${ownPid} ${await startOf(ownPid)} ${await bootId()} ${randomUUID()}`
  await take(directory, path, mine)
  const isMine = async () => (await readFile(path, 'utf8').catch(() => '')) === mine
  return {
    async renew() {
      if (!(await isMine())) await take(directory, path, mine)
    },
    async release() {
      if (await isMine()) await rm(path, { force: true })
    },
  }
}

async function take(directory: string, path: string, mine: string): Promise<void> {
  while (!(await createLock(path, mine))) {
    const theirs = await readFile(path, 'utf8').catch(() => '')
    if (await isAlive(theirs)) throw new SpoolLocked(directory, theirs.split(' ')[0] ?? '')
    await removeStale(path, theirs, directory)
  }
}

async function createLock(path: string, content: string): Promise<boolean> {
  // Linked into place, so that nobody ever reads a lock without its content.
  const draft = `${path}.${ownPid}.${randomUUID()}`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(content)
    await link(draft, path)
    return true
  } catch (err) {
    if (err instanceof Error && 'code' in err && err.code === 'EEXIST') return false
    throw err
  } finally {
    await handle.close()
    await rm(draft, { force: true })
  }
}

/** Of two that find the same stale lock, one renames it; the other may catch the first one's new lock and puts it back. */
async function removeStale(path: string, stale: string, directory: string): Promise<void> {
  const moved = `${path}.${randomUUID()}.stale`
  try {
    await rename(path, moved)
  } catch {
    return
  }
  const content = await readFile(moved, 'utf8')
  if (content !== stale) {
    await link(moved, path).catch(() => undefined)
    await rm(moved, { force: true })
    throw new SpoolLocked(directory, content.split(' ')[0] ?? '')
  }
  await rm(moved, { force: true })
}

/** Process ids are reused: the owner lives if its process runs since the same moment of the same boot. */
async function isAlive(lock: string): Promise<boolean> {
  const [pid = '', start, boot] = lock.split(' ')
  if (!/^\d+$/.test(pid) || boot !== (await bootId())) return false
  try {
    // Signal 0 asks and harms nobody.
    kill(Number(pid), 0)
  } catch (err) {
    if (!(err instanceof Error && 'code' in err && err.code === 'EPERM')) return false
  }
  return start === (await startOf(Number(pid)))
}

/** Ticks after boot at which a process began; '-' where the system does not say, and then its id has to do. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The second field is the program's name in parentheses and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? 'dead' : (fields[19] ?? '-')
}

async function bootId(): Promise<string> {
  const id = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '-')
  return id.trim()
}
