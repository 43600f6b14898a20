import { existsSync } from 'node:fs'
import { CliError, exitCodes, usageError } from '../cli-error.ts'
import { checkUrl } from './check-url.ts'
import { isOpenToOthers, profilePath, readProfiles } from './profile-file.ts'
import type { Profile, ProfileFile } from './profile-file.ts'

export interface ChosenProfile extends Profile {
  /** Null: by the environment alone. */
  name: string | null
}

/** The name that is asked for, by `--profile` or LOGBOOM_PROFILE; else the one that was logged in to last. */
export function profileName(file: ProfileFile, named: string | undefined, env: NodeJS.ProcessEnv): string {
  return named ?? (env['LOGBOOM_PROFILE'] || file.current)
}

/**
 * Which broker is meant, and by which key. `--profile` goes before LOGBOOM_URL and LOGBOOM_KEY, and these before what
 * is kept; a kept key is never sent to another address than its own.
 */
export function chooseProfile(
  named: string | undefined,
  env: NodeJS.ProcessEnv,
  note: (text: string) => void,
): ChosenProfile {
  const path = profilePath(env)
  const file = readProfiles(path)
  const name = profileName(file, named, env)
  const kept = Object.hasOwn(file.profiles, name) ? file.profiles[name] : undefined
  const fromEnv = named === undefined ? environmentProfile(env, kept) : null
  if (fromEnv) return fromEnv
  if (!kept) throw notLoggedIn(file, name, named ?? env['LOGBOOM_PROFILE'])
  if (existsSync(path) && isOpenToOthers(path))
    note(`logboom: others can read ${path}, which holds keys: chmod 600 it\n`)
  return { ...kept, name }
}

function environmentProfile(env: NodeJS.ProcessEnv, kept: Profile | undefined): ChosenProfile | null {
  const { LOGBOOM_URL: url, LOGBOOM_KEY: key, LOGBOOM_CA: ca, LOGBOOM_INSECURE: insecure } = env
  if (!url && !key) return null
  if (!url && !kept) throw usageError('LOGBOOM_KEY is set, but no broker is named: set LOGBOOM_URL, too')
  if (!url && kept) return { ...kept, key: cleanKey(key ?? ''), name: null }
  const isInsecure = ['1', 'true', 'yes'].includes(insecure ?? '')
  const address = checkUrl(url ?? '', isInsecure)
  if (!key && kept?.url !== address)
    throw new CliError(
      'LOGBOOM_URL names a broker that no key is kept for: set LOGBOOM_KEY, too',
      exitCodes.refused,
    )
  const trusted = ca || (kept?.url === address ? kept.ca : undefined)
  return {
    name: null,
    url: address,
    key: cleanKey(key || (kept?.key ?? '')),
    ...(trusted && { ca: trusted }),
    ...(isInsecure && { insecure: true }),
  }
}

/** A key as it came from a file or a hand. */
export function cleanKey(text: string): string {
  const key = text.trim()
  if (key === '') throw usageError('the key is empty')
  if (!/^[\x21-\x7e]+$/.test(key)) throw usageError('this is no key: it has blanks or other characters in it')
  return key
}

function notLoggedIn(file: ProfileFile, name: string, asked: string | undefined): CliError {
  const names = Object.keys(file.profiles)
  const known = names.length > 0 ? ` (there are: ${names.join(', ')})` : ''
  const what = asked ? `there is no profile '${name}'${known}` : `you are not logged in${known}`
  const how = asked ? `logboom login --profile ${name}` : 'logboom login'
  return new CliError(`${what}: run \`${how}\`, or set LOGBOOM_URL and LOGBOOM_KEY`, exitCodes.refused)
}
