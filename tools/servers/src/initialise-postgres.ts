import { execFile } from 'node:child_process'
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { commandAs } from './run-user.ts'
import type { RunUser } from './run-user.ts'

export const ADMINISTRATOR = 'logboom'

type Initialisation = {
  initdb: string
  dataDir: string
  password: string
  user: RunUser | undefined
  durable: boolean
}

/** Makes the data folder, with one account that needs its password from everywhere. */
export async function initialisePostgres({
  initdb,
  dataDir,
  password,
  user,
  durable,
}: Initialisation): Promise<void> {
  const draft = `${dataDir}.new` // renamed when whole: a kill in between leaves nothing half made
  const passwordFile = `${dataDir}.password`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { mode: 0o700 })
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (user) await Promise.all([draft, passwordFile].map((path) => chown(path, user.uid, user.gid)))
  const account = [`--username=${ADMINISTRATOR}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  const args = ['-D', draft, ...account, '--encoding=UTF8', '--locale=C', ...(durable ? [] : ['--no-sync'])]
  const plan = commandAs(user, dirname(dataDir), { command: initdb, args })
  try {
    await promisify(execFile)(plan.command, plan.args, { ...plan.options, cwd: '/' })
  } finally {
    await rm(passwordFile)
  }
  await rename(draft, dataDir)
}
