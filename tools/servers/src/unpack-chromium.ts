import { execFile } from 'node:child_process'
import { existsSync, globSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser } from './find-browser.ts'
import { updateLists } from './update-lists.ts'

const run = promisify(execFile)

/**
 * Downloads Debian's Chromium and every package that it lacks here, and unpacks them under `dir`; installs nothing and needs
 * no rights. Takes half a minute, once. Throws when apt has no such package.
 */
export async function unpackChromium(dir: string, log?: (message: string) => void): Promise<Browser> {
  const target = join(dir, 'chromium')
  if (!existsSync(target)) {
    log?.('downloading the Chromium package of this distribution (about 120 MB; nothing is installed)')
    await mkdir(dir, { recursive: true })
    const draft = await mkdtemp(`${target}.`)
    try {
      await fill(draft, join(dir, 'apt'))
      await rename(draft, target).catch(async (error: Error) => {
        if (!existsSync(target)) throw error // somebody else was faster
      })
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
  }
  return locate(target)
}

async function fill(draft: string, aptDir: string): Promise<void> {
  // The machine's own package lists first; they may be missing (container images) or older than the mirror.
  await download(draft, []).catch(async () => download(draft, await updateLists(aptDir)))
  for (const file of globSync(join(draft, '*.deb'))) {
    await run('dpkg', ['-x', file, draft])
    await rm(file)
  }
  locate(draft)
}

async function download(into: string, options: string[]): Promise<void> {
  // What an installation would bring; asked, not done.
  const { stdout } = await run('apt-get', [
    ...options,
    'install',
    '--simulate',
    '--no-install-recommends',
    'chromium',
  ])
  const names = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name)
  await run('apt-get', [...options, 'download', ...new Set([...names, 'chromium'])], { cwd: into })
}

function locate(dir: string): Browser {
  const command = join(dir, 'usr/lib/chromium/chromium')
  if (!existsSync(command)) throw new Error('the package holds no browser')
  const libraries = globSync(join(dir, '{usr/,}lib/*-linux-gnu*')).join(':')
  return { command, env: { ...(libraries && { LD_LIBRARY_PATH: libraries }), ...fontsOf(dir) } }
}

/** A machine without a desktop has no fonts, and a page without any shows nothing. */
function fontsOf(dir: string): Record<string, string> {
  if (existsSync('/etc/fonts/fonts.conf')) return {}
  const path = join(dir, 'fonts.conf')
  const folders = [join(dir, 'usr/share/fonts'), '/usr/share/fonts'].map((font) => `<dir>${font}</dir>`)
  writeFileSync(
    path,
    `<fontconfig>${folders.join('')}<cachedir>${join(dir, 'fonts.cache')}</cachedir></fontconfig>`,
  )
  return { FONTCONFIG_FILE: path }
}
