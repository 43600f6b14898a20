import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

// Which of our projects each may import. A tool may import every library; only these two may import apps.
const LIBRARIES = ['contracts', 'queue', 'db', 'service']
const APPS = ['agent', 'ingest-api', 'writer-worker', 'query-api', 'retention-worker']
const MAY_IMPORT: Record<string, string[]> = {
  'libs/contracts': [],
  'libs/queue': ['contracts'],
  'libs/db': ['contracts'],
  'libs/service': ['contracts'],
  'apps/agent': ['contracts', 'service'],
  'apps/ingest-api': ['contracts', 'queue', 'db', 'service'],
  'apps/writer-worker': LIBRARIES,
  'apps/query-api': LIBRARIES,
  'apps/retention-worker': ['contracts', 'db', 'service'],
  'apps/explorer': ['contracts'],
  'tools/standalone': [...LIBRARIES, ...APPS, 'bundle', 'servers'],
  'tools/docs': [...LIBRARIES, ...APPS],
  'tools/servers': [],
  'tools/testing': [...LIBRARIES, 'servers'],
  'tools/system': ['servers'],
  'tools/bench': [...LIBRARIES, 'servers', 'system'],
  'tools/bundle': [],
  'tools/check': [],
  'tools/cli': ['contracts'],
  e2e: [...LIBRARIES, 'bundle', 'servers', 'system', 'testing'],
}
// Packages that one project alone may use, tools and e2e aside.
const HOME_OF: Record<string, string> = {
  bullmq: 'libs/queue',
  ioredis: 'libs/queue',
  pg: 'libs/db',
  'pg-copy-streams': 'libs/db',
  '@prisma/client': 'libs/db',
  '@prisma/adapter-pg': 'libs/db',
  '@kubernetes/client-node': 'apps/agent',
}
// Declared once at the root, for tests of every project.
const TEST_PACKAGES = ['vitest', 'fast-check', '@logboom/testing', '@logboom/system']

type Manifest = { dependencies?: Record<string, string> }
type SourceFile = { path: string; project: string; text: string; imports: string[] }

const projects = globSync('{libs,apps,tools}/*/package.json', { cwd: ROOT })
  .map((path) => dirname(path))
  .concat('e2e')
const files = projects.flatMap(readSources)
const product = files.filter(({ path }) => /^(libs|apps)\//.test(path) && !isTest(path))

function readSources(project: string): SourceFile[] {
  const paths = globSync(`${project}/**/*.{ts,tsx}`, {
    cwd: ROOT,
    exclude: ['**/node_modules/**', '**/generated/**'],
  })
  return paths.map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8')
    return { path, project, text, imports: importsOf(text) }
  })
}

/** What `from '…'`, `import '…'` and `import('…')` name. */
function importsOf(text: string): string[] {
  const statements = text.matchAll(/(?:^|\s)(?:from|import)\s+'([^'\n]+)'|import\(\s*'([^'\n]+)'/gm)
  return [...statements].map(([, named, called]) => named ?? called ?? '')
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

function declaredBy(project: string): string[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, project, 'package.json'), 'utf8')) as Manifest // npm's format
  return Object.keys(manifest.dependencies ?? {})
}

/** `x-fixture.ts` is what several tests share. */
function isTest(path: string): boolean {
  return /(\.test|-fixture)\.tsx?$/.test(path)
}

function isPackage(specifier: string): boolean {
  return !specifier.startsWith('.') && !specifier.startsWith('node:')
}

describe('dependencies', () => {
  test('every project has its line in the table', () => {
    expect(projects.toSorted()).toEqual(Object.keys(MAY_IMPORT).toSorted())
  })

  test.each(projects)('%s declares no project that the table denies it', (project) => {
    const ours = declaredBy(project).filter((name) => name.startsWith('@logboom/'))
    const allowed = (MAY_IMPORT[project] ?? []).map((name) => `@logboom/${name}`)
    expect(ours.filter((name) => !allowed.includes(name))).toEqual([])
  })

  test.each(projects)('%s imports only what it declares', (project) => {
    const declared = declaredBy(project)
    const undeclared = files
      .filter((file) => file.project === project)
      .flatMap(({ path, imports }) =>
        imports.filter(isPackage).map((specifier) => ({ path, name: packageOf(specifier) })),
      )
      .filter(({ path, name }) => !declared.includes(name) && !(isTest(path) && TEST_PACKAGES.includes(name)))
      .filter(({ path, name }) => !(name === 'vitest' && path.startsWith('tools/testing/')))
    expect(undeclared).toEqual([])
  })

  test('no import climbs out of its project', () => {
    const climbing = files.flatMap(({ path, project, imports }) =>
      imports.filter(
        (name) => name.startsWith('.') && relative(project, join(dirname(path), name)).startsWith('..'),
      ),
    )
    expect(climbing).toEqual([])
  })

  test('packages with a home are imported nowhere else in the product', () => {
    const strays = product.flatMap(({ path, project, imports }) =>
      imports
        .filter((name) => (HOME_OF[packageOf(name)] ?? project) !== project)
        .map((name) => `${path} imports ${name}`),
    )
    expect(strays).toEqual([])
  })

  test('the lock holds one zod: schemas of two do not mix', () => {
    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: object } // npm's format
    expect(Object.keys(lock.packages).filter((path) => path.endsWith('node_modules/zod'))).toEqual([
      'node_modules/zod',
    ])
  })
})

describe('rules of the product', () => {
  const pathsWith = (pattern: RegExp) =>
    product.filter(({ text }) => pattern.test(text)).map(({ path }) => path)

  test('only config.ts reads the environment', () => {
    expect(pathsWith(/process\.env\b/).filter((path) => !path.endsWith('/config.ts'))).toEqual([])
  })

  test('only the lifecycle ends the process or listens to its signals', () => {
    const endings = pathsWith(/process\.(exit|kill|abort|on|once|addListener)\(/)
    expect(endings.filter((path) => path !== 'libs/service/src/lifecycle.ts')).toEqual([])
  })

  test('no page makes markup of text: what a line says is never run', () => {
    const sinks =
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|createContextualFragment|\beval\(|new Function\(/i
    expect(pathsWith(sinks).filter((path) => path.startsWith('apps/explorer/'))).toEqual([])
  })

  test('the explorer takes types alone from our libraries: it has no room for what they are made of', () => {
    expect(
      pathsWith(/^import (?!type\b)[^'\n]*'@logboom\//m).filter((path) => path.startsWith('apps/explorer/')),
    ).toEqual([])
  })

  test('a main.ts shows its process on one screen of 60 lines', () => {
    const mains = product.filter(({ path }) => /\/main\.tsx?$/.test(path))
    expect(mains.filter(({ text }) => text.split('\n').length > 60).map(({ path }) => path)).toEqual([])
  })
})
