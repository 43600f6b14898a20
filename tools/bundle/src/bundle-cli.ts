import { mkdirSync, rmSync } from 'node:fs'
import { build } from 'esbuild'
import { sizeOf, writePackageFiles } from './write-package-files.ts'

/** The oldest that the repository itself can be started by. */
const oldestNode = '20.3.0'

/** Bundles the command line of the repository `root` into the folder `out`, which is emptied before. */
export async function bundleCli(root: string, out: string): Promise<{ files: number; bytes: number }> {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['tools/cli/src/main.ts'],
    outdir: out,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: `node${oldestNode}`,
    // Not the names: stack traces are read by people.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    banner: {
      // commander asks for Node's own modules by `require`
      js: "#!/usr/bin/env node\nimport{createRequire as nodeRequire}from'node:module';const require=nodeRequire(import.meta.url);",
    },
    metafile: true,
    logLevel: 'warning',
  })
  writePackageFiles(root, {
    out,
    inputs: Object.keys(metafile.inputs),
    project: 'tools/cli',
    name: 'logboom',
    description: 'Searches and follows the lines of a Logboom broker, and looks after it, from a terminal.',
    oldestNode,
    files: ['main.js'],
  })
  return sizeOf(metafile)
}
