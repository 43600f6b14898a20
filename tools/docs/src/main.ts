// npm run docs: writes the generated pages. npm run docs -- --check: fails when they are not what would be written.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { renderPages } from './render-pages.ts'

const root = join(import.meta.dirname, '../../..')
const isCheck = process.argv.includes('--check')
const differing = renderPages().filter(({ path, text }) => textOf(path) !== text)
for (const { path, text } of differing) {
  console.log(`${path} ${isCheck ? 'is out of date: npm run docs' : 'written'}`)
  if (isCheck) continue
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
process.exitCode = isCheck && differing.length > 0 ? 1 : 0

function textOf(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch {
    return undefined
  }
}
