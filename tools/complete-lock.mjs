// node tools/complete-lock.mjs, after `npm install` over a registry that carries the binaries of some platforms only: npm
// then leaves the others out of package-lock.json, and `npm ci` refuses such a lock. Puts each missing optional package
// back under the version that its parent asks for, with the platform that its name tells; without an integrity hash,
// since nobody here has seen it.
import { readFileSync, writeFileSync } from 'node:fs'

const systems = ['darwin', 'linux', 'win32', 'freebsd', 'android', 'openharmony']
const processors = ['arm64', 'x64', 'riscv64', 's390x', 'ppc64', 'ia32', 'arm']

const file = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(file, 'utf8'))
const added = []
for (const [path, parent] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`
    if (lock.packages[place] || lock.packages[`${path}/${place}`]) continue
    lock.packages[place] = entryOf(name, version, parent)
    added.push(name)
  }
}
const { '': root, ...rest } = lock.packages
const sorted = Object.entries(rest).toSorted(([a], [b]) => a.localeCompare(b, 'en'))
lock.packages = { '': root, ...Object.fromEntries(sorted) }
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${added.length} packages put back${added.map((name) => `\n  ${name}`).join('')}`)

function entryOf(name, version, { dev, license, engines }) {
  const platform = name.split('/').at(-1)
  const os = systems.find((system) => platform.includes(system))
  const cpu = processors.find((processor) => platform.includes(processor))
  const libc = os === 'linux' && (platform.includes('musl') ? 'musl' : platform.includes('gnu') && 'glibc')
  return {
    version,
    ...(cpu && { cpu: [cpu] }),
    ...(dev && { dev }),
    ...(libc && { libc: [libc] }),
    ...(license && { license }),
    optional: true,
    ...(os && { os: [os] }),
    ...(engines && { engines }),
  }
}
