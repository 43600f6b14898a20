import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import type { Plugin } from 'esbuild'
import { sizeOf, writePackageFiles } from './write-package-files.ts'

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
  writePackageFiles(root, {
    out,
    inputs: Object.keys(metafile.inputs),
    project: 'apps/agent',
    name: 'logboom-agent',
    description: 'Brings every log line of files, pipes, containers and pods to a Logboom broker, once.',
    oldestNode,
    files: ['main.js', 'lib'],
  })
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
