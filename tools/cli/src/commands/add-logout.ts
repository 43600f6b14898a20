import type { Command } from 'commander'
import { usageError } from '../cli-error.ts'
import { profileName } from '../profile/choose-profile.ts'
import { defaultProfileName, profilePath, readProfiles, writeProfiles } from '../profile/profile-file.ts'
import type { Session } from '../session.ts'

export function addLogout(program: Command, session: Session): void {
  program
    .command('logout')
    .summary('forget a broker and its key')
    .description(
      'Removes the profile from this machine. The key itself stays valid: `logboom keys revoke` ends it.',
    )
    .option('--all', 'all profiles')
    .action(({ all }: { all?: true }) => logOut(session, all === true))
}

function logOut({ terminal, namedProfile }: Session, all: boolean): void {
  const path = profilePath(terminal.env)
  const file = readProfiles(path)
  const name = profileName(file, namedProfile(), terminal.env)
  if (!all && !Object.hasOwn(file.profiles, name))
    throw usageError(`there is no profile '${name}' to log out of`)
  const { [name]: _, ...others } = file.profiles
  const profiles = all ? {} : others
  const current = Object.hasOwn(profiles, file.current)
    ? file.current
    : (Object.keys(profiles)[0] ?? defaultProfileName)
  writeProfiles(path, { current, profiles })
  terminal.note(all ? 'logged out of everything\n' : `logged out of '${name}'\n`)
}
