import { execFile } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { updateLists } from './update-lists.ts'

const run = promisify(execFile)

// The server's program lies in the tools package, in Debian and Ubuntu, in both families.
const FAMILIES = [
  { program: 'redis-server', packages: ['redis-server', 'redis-tools'] },
  { program: 'valkey-server', packages: ['valkey-server', 'valkey-tools'] },
]

/**
 * Downloads the distribution's Redis and the libraries it lacks here, and unpacks them under `dir`; installs nothing
 * and needs no rights. Throws when apt has no such package. Several processes may do so at once.
 */
export async function unpackRedis(
  dir: string,
  log?: (message: string) => void,
): Promise<{ command: string; libraryPath: string }> {
  const target = join(dir, 'redis')
  if (!existsSync(target)) {
    log?.('downloading the Redis package of this distribution (about 2 MB; nothing is installed)')
    await mkdir(dir, { recursive: true })
    const draft = await mkdtemp(`${target}.`)
    try {
      await fill(draft, join(dir, 'apt'), log)
      await rename(draft, target).catch(async (error: Error) => {
        if (!existsSync(target)) throw error // somebody else was faster
      })
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
  }
  return locate(target)
}

async function fill(draft: string, aptDir: string, log?: (message: string) => void): Promise<void> {
  // The machine's own package lists first; they may be missing (container images) or older than the mirror.
  const fetched = await download(draft, []).then(
    () => true,
    () => false,
  )
  if (!fetched) {
    log?.('fetching fresh package lists (apt-get update into .logboom/)')
    const options = await updateLists(aptDir)
    await download(draft, options)
  }
  for (const file of globSync(join(draft, '*.deb'))) {
    await run('dpkg', ['-x', file, draft])
    await rm(file)
  }
  locate(draft)
}

async function download(into: string, options: string[]): Promise<void> {
  let failure: unknown
  for (const { packages } of FAMILIES) {
    try {
      const libraries = await missingLibraries(packages, options)
      await run('apt-get', [...options, 'download', ...packages, ...libraries], { cwd: into })
      return
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

async function missingLibraries(packages: string[], options: string[]): Promise<string[]> {
  const { stdout } = await run('apt-cache', [
    ...options,
    'depends',
    '--no-recommends',
    '--no-suggests',
    ...packages,
  ])
  const names = [...stdout.matchAll(/^ [ |]Depends: (lib[\w.+-]+)$/gm)].map(([, name = '']) => name)
  const installed = await Promise.all(
    [...new Set(names)].map(async (name) => ((await isInstalled(name)) ? [] : [name])),
  )
  return installed.flat()
}

function isInstalled(name: string): Promise<boolean> {
  return run('dpkg-query', ['-W', '-f', '${Status}', name]).then(
    ({ stdout }) => stdout.includes('install ok installed'),
    () => false,
  )
}

function locate(dir: string): { command: string; libraryPath: string } {
  const command = FAMILIES.map(({ program }) => join(dir, 'usr/bin', program)).find((path) =>
    existsSync(path),
  )
  if (!command) throw new Error('the package holds no server')
  const libraryPath = globSync(join(dir, '{usr/,}lib/*-linux-gnu*')).join(':')
  return { command, libraryPath }
}
