import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import { collectLicenses } from './collect-licenses.ts'

export interface PackagePlan {
  out: string
  /** What was bundled. */
  inputs: readonly string[]
  /** Whose version and README.md it has. */
  project: string
  /** Of the package, and of its command. */
  name: string
  description: string
  oldestNode: string
  files: readonly string[]
}

/** What makes a folder with a `main.js` a package that npm can publish. */
export function writePackageFiles(root: string, plan: PackagePlan): void {
  const { out, inputs, project } = plan
  const write = (name: string, text: string) => writeFileSync(join(out, name), text)
  write('package.json', `${JSON.stringify(manifestOf(root, plan), null, 2)}\n`)
  write('THIRD-PARTY-LICENSES.txt', collectLicenses(root, inputs))
  cpSync(join(root, 'LICENSE'), join(out, 'LICENSE'))
  cpSync(join(root, project, 'README.md'), join(out, 'README.md'))
}

function manifestOf(root: string, { project, name, description, oldestNode, files }: PackagePlan): object {
  const { version } = JSON.parse(readFileSync(join(root, project, 'package.json'), 'utf8')) as {
    version: string
  } // npm's format
  return {
    name,
    version,
    description,
    license: 'Apache-2.0',
    type: 'module',
    bin: { [name]: 'main.js' },
    engines: { node: `>=${oldestNode}` },
    files: [...files, 'THIRD-PARTY-LICENSES.txt'],
  }
}

export function sizeOf({ outputs }: Metafile): { files: number; bytes: number } {
  const sizes = Object.values(outputs).map(({ bytes }) => bytes)
  return { files: sizes.length, bytes: sizes.reduce((sum, bytes) => sum + bytes, 0) }
}
