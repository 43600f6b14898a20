import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import type { Metafile, Plugin } from 'esbuild'
import { collectLicenses } from './collect-licenses.ts'

/** Since then `undici`, on which a client may come to stand, and zstd are there. */
const oldestNode = '22.19.0'

/** Bundles the agent of the repository `root` into the folder `out`, which is emptied before. */
export async function bundleAgent(root: string, out: string): Promise<{ files: number; bytes: number }> {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['apps/agent/src/main.ts'],
    outdir: out,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: `node${oldestNode}`,
    // What is loaded late stays in files of its own: the collector is told its measure before the rest comes.
    splitting: true,
    chunkNames: 'lib/[name]-[hash]',
    // Not the names: stack traces are read by people.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    // Packages of the old kind ask for Node's own modules by `require`.
    banner: {
      js: "import{createRequire as nodeRequire}from'node:module';const require=nodeRequire(import.meta.url);",
    },
    // Only its kubeconfig is used, of which its entry would bring five megabytes of API besides.
    alias: { '@kubernetes/client-node': join(root, 'node_modules/@kubernetes/client-node/dist/config.js') },
    plugins: [oneLocale],
    metafile: true,
    logLevel: 'warning',
  })
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifestOf(root), null, 2)}\n`)
  writeFileSync(join(out, 'THIRD-PARTY-LICENSES.txt'), collectLicenses(root, Object.keys(metafile.inputs)))
  cpSync(join(root, 'LICENSE'), join(out, 'LICENSE'))
  cpSync(join(root, 'apps/agent/README.md'), join(out, 'README.md'))
  return sizeOf(metafile)
}

/** zod speaks sixty languages, and its namespace keeps a bundler from dropping any of them. */
const oneLocale: Plugin = {
  name: 'one locale',
  setup({ onLoad }) {
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, ({ path }) => ({
      contents: "export { default as en } from './en.js'",
      resolveDir: dirname(path),
    }))
  },
}

function manifestOf(root: string): object {
  const { version } = JSON.parse(readFileSync(join(root, 'apps/agent/package.json'), 'utf8')) as {
    version: string
  } // npm's format
  return {
    name: 'logboom-agent',
    version,
    description: 'Brings every log line of files, pipes, containers and pods to a Logboom broker, once.',
    license: 'Apache-2.0',
    type: 'module',
    bin: { 'logboom-agent': 'main.js' },
    engines: { node: `>=${oldestNode}` },
    files: ['main.js', 'lib', 'THIRD-PARTY-LICENSES.txt'],
  }
}

function sizeOf({ outputs }: Metafile): { files: number; bytes: number } {
  const sizes = Object.values(outputs).map(({ bytes }) => bytes)
  return { files: sizes.length, bytes: sizes.reduce((sum, bytes) => sum + bytes, 0) }
}
