import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The licences of all packages that any of the bundled files belongs to: most ask to go where their code goes. */
export function collectLicenses(root: string, inputs: readonly string[]): string {
  const folders = new Set(inputs.map((path) => folderOf(path)).filter((folder) => folder !== undefined))
  return [...folders]
    .toSorted()
    .map((folder) => sectionOf(join(root, folder)))
    .join('\n')
}

/** `a/node_modules/@scope/name` of a file in it; undefined for our own files. */
function folderOf(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]
}

function sectionOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string
    version: string
    license?: string
  } // npm's format
  const file = readdirSync(folder).find((entry) => /^(?:un)?licen[cs]e/i.test(entry))
  const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8').trim() : ''
  return `${'='.repeat(80)}\n${name} ${version} (${license ?? 'see below'})\n\n${text}\n`
}
