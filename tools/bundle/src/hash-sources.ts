import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const patterns = [
  'apps/explorer/{src,public}/**/*.*',
  'apps/explorer/*.*',
  'libs/contracts/src/**/*.ts',
  'tools/bundle/src/*.ts',
  'package-lock.json',
]

/** A hash of everything that the built explorer comes from. */
export function hashSources(root: string): string {
  const paths = globSync(patterns, { cwd: root }).filter((path) => !/\.test\.tsx?$/.test(path))
  const hash = createHash('sha256')
  for (const path of paths.toSorted()) {
    const text = readFileSync(join(root, path))
    hash.update(`${path}\0${text.length}\0`).update(text)
  }
  return hash.digest('hex')
}
