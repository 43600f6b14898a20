import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { extname, join, sep } from 'node:path'

export interface ExplorerFile {
  type: string
  /** Its name holds a hash of what is in it. */
  immutable: boolean
  /** As it is, and compressed where the build has made that. */
  bodies: Record<Coding, Body | undefined> & { identity: Body }
}

export type Coding = 'br' | 'gzip' | 'identity'

export interface Body {
  bytes: Buffer
  etag: string
}

export interface Explorer {
  index: ExplorerFile
  /** By the path under which a browser asks for it. What is not in here cannot be had, whatever the path says. */
  files: ReadonlyMap<string, ExplorerFile>
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

/** The built explorer, which is a few hundred kilobytes, in memory; undefined where none was built. */
export function loadExplorer(dir: string): Explorer | undefined {
  if (!existsSync(join(dir, 'index.html'))) return undefined
  const names = globSync('**/*', { cwd: dir }).filter((name) => extname(name) in types)
  const files = new Map(names.map((name) => [pathOf(name), loadFile(dir, name)]))
  return { index: loadFile(dir, 'index.html'), files }
}

function pathOf(name: string): string {
  return `/${name.split(sep).map(encodeURIComponent).join('/')}`
}

function loadFile(dir: string, name: string): ExplorerFile {
  const path = join(dir, name)
  return {
    type: types[extname(name)] ?? 'application/octet-stream',
    immutable: name.startsWith(`assets${sep}`),
    bodies: { identity: bodyOf(path), br: bodyIfThere(`${path}.br`), gzip: bodyIfThere(`${path}.gz`) },
  }
}

function bodyIfThere(path: string): Body | undefined {
  return existsSync(path) ? bodyOf(path) : undefined
}

function bodyOf(path: string): Body {
  const bytes = readFileSync(path)
  return { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` }
}
