import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Fetches fresh package lists into `aptDir`, and returns the options by which apt uses them; needs no rights. */
export async function updateLists(aptDir: string): Promise<string[]> {
  const state = join(aptDir, 'state')
  const cache = join(aptDir, 'cache')
  await Promise.all([
    mkdir(join(state, 'lists/partial'), { recursive: true }),
    mkdir(join(cache, 'archives/partial'), { recursive: true }),
  ])
  const settings = [
    `Dir::State=${state}`,
    `Dir::State::lists=${join(state, 'lists')}`,
    'Dir::State::status=/var/lib/dpkg/status',
    `Dir::Cache=${cache}`,
    'APT::Sandbox::User=root',
  ]
  const options = settings.flatMap((setting) => ['-o', setting])
  await run('apt-get', [...options, 'update'])
  return options
}
