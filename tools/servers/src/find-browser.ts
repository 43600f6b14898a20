import { existsSync } from 'node:fs'
import { findOnPath } from './find-on-path.ts'
import { packagesDir } from './packages-dir.ts'
import { unpackChromium } from './unpack-chromium.ts'

/** How to run a Chromium here: the program, and the variables by which it finds what the machine lacks. */
export interface Browser {
  command: string
  env: Record<string, string>
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const APPLICATIONS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/**
 * `given` (the value of CHROMIUM_PATH), or a Chromium or Chrome on PATH, or Debian's package unpacked under .logboom/; else
 * throws the line that says what to install.
 */
export async function findBrowser(
  given: string | undefined,
  log?: (message: string) => void,
): Promise<Browser> {
  if (given) {
    if (existsSync(given)) return { command: given, env: {} }
    throw new Error(`CHROMIUM_PATH: there is no ${given}`)
  }
  const command = NAMES.map(findOnPath).find((path) => path !== undefined) ?? APPLICATIONS.find(existsSync)
  if (command) return { command, env: {} }
  const unpacked = findOnPath('apt-get') && findOnPath('dpkg') ? await tryUnpack(log) : undefined
  if (unpacked) return unpacked
  throw new Error(
    `Chromium is needed for the tests of the explorer and was not found. Install it: ${installLine()}`,
  )
}

async function tryUnpack(log?: (message: string) => void): Promise<Browser | undefined> {
  try {
    return await unpackChromium(packagesDir, log)
  } catch (error) {
    log?.(`the Chromium package of this distribution could not be unpacked: ${String(error)}`)
    return undefined
  }
}

function installLine(): string {
  if (process.platform === 'darwin') return 'brew install --cask chromium'
  if (existsSync('/etc/debian_version') && !existsSync('/etc/lsb-release')) return 'apt-get install chromium'
  if (findOnPath('dnf')) return 'dnf install chromium'
  if (findOnPath('apk')) return 'apk add chromium'
  return 'Chromium or Google Chrome on PATH, or CHROMIUM_PATH=<program>'
}
