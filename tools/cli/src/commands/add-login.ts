import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { describeIdentity, readIdentity } from '../broker/identity.ts'
import { openBroker } from '../broker/open-broker.ts'
import { usageError } from '../cli-error.ts'
import { checkUrl } from '../profile/check-url.ts'
import { cleanKey, profileName } from '../profile/choose-profile.ts'
import { profilePath, readProfiles, writeProfiles } from '../profile/profile-file.ts'
import type { Profile } from '../profile/profile-file.ts'
import type { Session } from '../session.ts'

interface LoginOptions {
  keyFile?: string
  ca?: string
  insecure?: true
}

const localUrl = 'http://127.0.0.1:3100'

export function addLogin(program: Command, session: Session): void {
  program
    .command('login')
    .summary('keep the address of a broker and a key to it')
    .description(
      'Asks for a key, tries it, and keeps it with the address, readable by you alone. The first key is printed by\n' +
        '`npm start`, or by `npm run admin:init` where the broker is set up; further ones are made by `logboom keys issue`.',
    )
    .argument('[url]', 'such as https://logs.example.com; it is asked for when it is left out')
    .option('--key-file <file>', 'read the key from this file; - is standard input')
    .option('--ca <file>', 'trust these certificates, too (PEM): of your own authority')
    .option('--insecure', 'allow http:// beyond this machine: key and lines then travel in the clear')
    .addHelpText(
      'after',
      `
Examples:
  logboom login http://127.0.0.1:3100 --key-file .logboom/admin.pak   the broker of \`npm start\`
  logboom login https://logs.example.com                              asks for the key, unseen
  logboom login https://logs.example.com --profile prod < key         another broker, by a name of its own

Without a login: LOGBOOM_URL and LOGBOOM_KEY, and where needed LOGBOOM_CA, LOGBOOM_INSECURE=1, LOGBOOM_PROFILE.`,
    )
    .action((url: string | undefined, options: LoginOptions) => logIn(session, url, options))
}

async function logIn(session: Session, url: string | undefined, options: LoginOptions): Promise<void> {
  const { terminal } = session
  const path = profilePath(terminal.env)
  const file = readProfiles(path)
  const name = profileName(file, session.namedProfile(), terminal.env)
  const known = Object.hasOwn(file.profiles, name) ? file.profiles[name] : undefined
  const asked = url ?? (await askUrl(session, known?.url ?? localUrl))
  const ca = options.ca === undefined ? undefined : resolve(options.ca)
  const profile: Profile = {
    url: checkUrl(asked, options.insecure === true),
    key: cleanKey(await readKey(session, options.keyFile)),
    ...(ca !== undefined && { ca }),
    ...(options.insecure && { insecure: true }),
  }
  const identity = await readIdentity(openBroker(profile))
  writeProfiles(path, { current: name, profiles: { ...file.profiles, [name]: profile } })
  const as = session.namedProfile() === undefined ? '' : ` as profile '${name}'`
  terminal.note(`logged in to ${profile.url}${as}: ${describeIdentity(identity)}\n`)
}

async function askUrl({ terminal }: Session, usual: string): Promise<string> {
  if (!terminal.inIsTerminal) throw usageError('no address is given: logboom login https://logs.example.com')
  return (await terminal.ask(`Address of the broker [${usual}]: `)).trim() || usual
}

/** Never from an argument: those are seen by everybody on the machine. */
async function readKey({ terminal }: Session, keyFile: string | undefined): Promise<string> {
  if (keyFile === undefined && terminal.inIsTerminal)
    return terminal.ask('Key (not shown): ', { hidden: true })
  if (keyFile === undefined || keyFile === '-') return terminal.readInput()
  try {
    return readFileSync(keyFile, 'utf8')
  } catch (error) {
    throw usageError(`the key cannot be read: ${String((error as Error).message)}`) // of fs
  }
}
