import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Command } from './launch-server.ts'

/** As whom PostgreSQL runs when we are root, which it refuses to be. */
export type RunUser = { name: string; uid: number; gid: number }

const ACCOUNT = 'logboom'

/** The owner of the data if there is data, else the account `postgres`, else a system account made for it. Undefined: as ourselves. */
export function chooseRunUser(dataDir: string): RunUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const owner = existsSync(dataDir) ? statSync(dataDir).uid : 0
  const found = (owner === 0 ? undefined : lookUp(String(owner))) ?? lookUp('postgres') ?? lookUp(ACCOUNT)
  if (found) return found
  try {
    execFileSync('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', ACCOUNT])
  } catch (error) {
    throw new Error(
      'PostgreSQL does not run as root and no account could be made for it: start as another user',
      { cause: error },
    )
  }
  const made = lookUp(ACCOUNT)
  if (!made) throw new Error(`the account ${ACCOUNT} was made but cannot be found`)
  return made
}

/** The command, run as `user`, who must reach `folder` even below a closed one such as /root (mode 0700). */
export function commandAs(user: RunUser | undefined, folder: string, { command, args }: Command): Command {
  if (!user) return { command, args }
  const { uid, gid } = user
  if (canReach(user, folder)) return { command, args, options: { uid, gid } }
  // The data are not ours to move or to open to others, so the one right that is missing goes along.
  const right = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override']
  const account = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups']
  return { command: 'setpriv', args: [...account, ...right, command, ...args] }
}

/** May `user` pass every folder of `path` and its last part (run a program, enter a folder)? */
export function canReach(user: RunUser, path: string): boolean {
  const { mode, uid, gid } = statSync(path)
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0
  if (((mode >> shift) & 1) === 0) return false
  return path === dirname(path) || canReach(user, dirname(path))
}

function lookUp(account: string): RunUser | undefined {
  const id = (flag: string) =>
    execFileSync('id', [flag, account], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    return { name: id('-un'), uid: Number(id('-u')), gid: Number(id('-g')) }
  } catch {
    return undefined
  }
}
