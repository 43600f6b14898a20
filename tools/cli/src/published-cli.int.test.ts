import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { version } from './version.ts'

let dir: string
/** The package, installed where nothing else of ours is. */
let installed: string

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'logboom-cli-'))
  const [made, home] = [join(dir, 'made'), join(dir, 'home')]
  const bundle = join(import.meta.dirname, '../../bundle/src/main.ts')
  execFileSync(process.execPath, [bundle, '--cli', '--out', made], { stdio: 'pipe' })
  mkdirSync(home)
  writeFileSync(join(home, 'package.json'), '{}')
  const npm = (args: string[], cwd: string) =>
    execFileSync('npm', args, { cwd, stdio: 'pipe', encoding: 'utf8' })
  const tarball = npm(['pack', '--silent'], made).trim()
  npm(['install', '--offline', '--no-audit', '--no-fund', join(made, tarball)], home)
  installed = join(home, 'node_modules/logboom')
})

afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** As Node refuses it to packages: a type anywhere in it would be a syntax error. */
function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const plain = ['--no-experimental-strip-types', join(installed, 'main.js'), ...args]
  return spawnSync(process.execPath, plain, { env: { XDG_CONFIG_HOME: dir }, encoding: 'utf8' })
}

test('the published command line, installed alone and without a network, runs, and says what it needs', () => {
  expect(run('--version')).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' })
  expect(run('logs', '--help').stdout).toContain('--min-level <level>')
  expect(run('logs')).toMatchObject({
    status: 3,
    stdout: '',
    stderr: 'logboom: you are not logged in: run `logboom login`, or set LOGBOOM_URL and LOGBOOM_KEY\n',
  })
})

test('its command is there, it depends on nothing, and the licences of others are with it', () => {
  expect(readdirSync(join(installed, '..', '.bin'))).toContain('logboom')
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  expect(manifest).toMatchObject({ name: 'logboom', version, bin: { logboom: 'main.js' } })
  expect(manifest).not.toHaveProperty('dependencies')
  expect(readFileSync(join(installed, 'main.js'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  expect(readFileSync(join(installed, 'THIRD-PARTY-LICENSES.txt'), 'utf8')).toMatch(
    /^commander \d.* \(MIT\)$/m,
  )
})

test.each([
  ['bash', ['-n']],
  ['zsh', ['-n']],
  ['fish', ['--no-execute']],
])('the completion of %s is something that it understands, where it is installed', (shell, check) => {
  const { status, stdout } = run('completion', shell)
  expect([status, stdout]).toEqual([0, expect.stringContaining('logboom __complete --')])
  const { error, status: understood } = spawnSync(shell, check, { input: stdout })
  expect(error ? 'not installed' : understood).toBe(error ? 'not installed' : 0)
})
