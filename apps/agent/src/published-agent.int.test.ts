import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { agentSetting } from './agent-fixture.ts'
import { openFakeBroker } from './fake-broker-fixture.ts'
import type { FakeBroker } from './fake-broker-fixture.ts'
import { version } from './version.ts'

let broker: FakeBroker
let setting: ReturnType<typeof agentSetting>
/** The package, installed where nothing else of ours is. */
let installed: string

beforeAll(async () => {
  broker = await openFakeBroker()
  setting = agentSetting(broker.url)
  const [made, home] = ['made', 'home'].map((name) => join(setting.directory, name)) as [string, string] // as many as there are names
  const bundle = join(import.meta.dirname, '../../../tools/bundle/src/main.ts')
  execFileSync(process.execPath, [bundle, '--out', made], { stdio: 'pipe' })
  mkdirSync(home)
  writeFileSync(join(home, 'package.json'), '{}')
  const npm = (args: string[], cwd: string) =>
    execFileSync('npm', args, { cwd, stdio: 'pipe', encoding: 'utf8' })
  const tarball = npm(['pack', '--silent'], made).trim()
  npm(['install', '--offline', '--no-audit', '--no-fund', join(made, tarball)], home)
  installed = join(home, 'node_modules/logboom-agent')
})

afterAll(async () => {
  await broker.close()
  rmSync(setting.directory, { recursive: true, force: true })
})

/** As Node refuses it to packages: a type anywhere in it would be a syntax error. */
function start(args: string[], env: Record<string, string> = {}) {
  const plain = ['--no-experimental-strip-types', join(installed, 'main.js'), ...args]
  return spawn(process.execPath, plain, { cwd: setting.directory, env, stdio: ['ignore', 'pipe', 'pipe'] })
}

test('the published agent, installed alone and without a network, sends the lines of a file to its broker', async () => {
  writeFileSync(setting.logs, 'one\n[WARN] password=hunter2hunter2\n')
  const { FOLLOW: _, ...env } = setting.env
  const child = start(['--file', setting.logs], env)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  const exited = once(child, 'exit')
  await until(() => broker.entries().length === 2, { what: `two lines; ${output}`, timeoutMs: 20_000 })
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
  expect(broker.entries().map(({ message }) => message)).toEqual(['one', '[WARN] password=[masked]'])
})

test('its command is there and says its version, it depends on nothing, and the licences of others are with it', async () => {
  const child = start(['--version'])
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  expect(await once(child, 'close')).toEqual([0, null])
  expect(output).toBe(`logboom-agent ${version}\n`)
  expect(readdirSync(join(installed, '..', '.bin'))).toContain('logboom-agent')
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  expect(manifest).toMatchObject({ name: 'logboom-agent', version, bin: { 'logboom-agent': 'main.js' } })
  expect(manifest).not.toHaveProperty('dependencies')
  expect(readFileSync(join(installed, 'THIRD-PARTY-LICENSES.txt'), 'utf8')).toMatch(/^zod \d.* \(MIT\)$/m)
})
