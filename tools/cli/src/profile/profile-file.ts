import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { usageError } from '../cli-error.ts'

/** A broker, and the key to it. */
export interface Profile {
  url: string
  key: string
  /** A file with certificates that are trusted besides the system's. */
  ca?: string
  /** http:// beyond loopback was asked for. */
  insecure?: true
}

export interface ProfileFile {
  /** The one that is used when none is named. */
  current: string
  profiles: Record<string, Profile>
}

export const defaultProfileName = 'default'

/** `$XDG_CONFIG_HOME/logboom/config.json`, or below ~/.config. */
export function profilePath(env: NodeJS.ProcessEnv): string {
  const home = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config')
  return join(home, 'logboom', 'config.json')
}

/** Empty when nobody has logged in yet. */
export function readProfiles(path: string): ProfileFile {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return { current: defaultProfileName, profiles: {} } // what readFileSync throws
    throw usageError(`${path} cannot be read: ${String((error as Error).message)}`) // the same
  }
  const file = parsed(text)
  if (!isProfileFile(file))
    throw usageError(`${path} is damaged: remove it and log in again with \`logboom login\``)
  return file
}

/** Others must not read it: it holds keys. Written aside and renamed, so that it is never half there. */
export function writeProfiles(path: string, file: ProfileFile): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const aside = `${path}.${process.pid}`
  writeFileSync(aside, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 })
  chmodSync(aside, 0o600) // also where one was left behind
  renameSync(aside, path)
}

/** Whether others than its owner may read it. */
export function isOpenToOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isProfileFile(value: unknown): value is ProfileFile {
  const { current, profiles } = (value ?? {}) as Partial<ProfileFile> // judged by what follows
  if (typeof current !== 'string' || typeof profiles !== 'object' || profiles === null) return false
  return Object.values(profiles).every(
    (profile) => typeof profile?.url === 'string' && typeof profile.key === 'string',
  )
}
