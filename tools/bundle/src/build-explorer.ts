import { execFile } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { compressFiles } from './compress-files.ts'
import type { Weight } from './compress-files.ts'
import { hashSources } from './hash-sources.ts'

export interface BuiltExplorer {
  /** What query-api serves. */
  dir: string
  /** Undefined where the build of before was still good. */
  weight: Weight | undefined
}

const hashFile = 'sources.sha256'

/**
 * Builds apps/explorer of the repository `root` into its `dist`, unless that was built from the very same sources. Several
 * processes may do so at once: each builds apart, and who is first stays.
 * @throws with what the build said
 */
export async function buildExplorer(root: string, say: (line: string) => void): Promise<BuiltExplorer> {
  const dir = join(root, 'apps/explorer/dist')
  const hash = hashSources(root)
  if (hashOf(dir) === hash) return { dir, weight: undefined }
  say('building the explorer')
  const startedMs = performance.now()
  const drafts = join(root, 'node_modules/.cache')
  mkdirSync(drafts, { recursive: true })
  const draft = mkdtempSync(join(drafts, 'explorer-'))
  try {
    chmodSync(draft, 0o755) // whoever serves it may be another user
    await bundle(root, draft)
    const weight = compressFiles(draft)
    writeFileSync(join(draft, hashFile), hash)
    put(draft, dir)
    say(`built the explorer in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`)
    return { dir, weight }
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

function hashOf(dir: string): string | undefined {
  const path = join(dir, hashFile)
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

async function bundle(root: string, outDir: string): Promise<void> {
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const args = [
    vite,
    'build',
    join(root, 'apps/explorer'),
    '--outDir',
    outDir,
    '--emptyOutDir',
    '--logLevel',
    'warn',
  ]
  // As a process: a bundler keeps threads and memory, which a service that goes on running has no use for.
  // Whoever asks for it may be a test, for which React would be built with all its checks: three times as large.
  const env = { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' }
  await promisify(execFile)(process.execPath, args, { cwd: root, env }).catch(
    (error: Error & { stderr?: string }) => {
      throw new Error(
        `the explorer cannot be built: ${error.stderr?.trim().slice(0, 2_000) || error.message}`,
        {
          cause: error,
        },
      )
    },
  )
}

function put(draft: string, dir: string): void {
  rmSync(dir, { recursive: true, force: true })
  try {
    renameSync(draft, dir)
  } catch (error) {
    if (!existsSync(join(dir, hashFile))) throw error // else somebody else was faster
  }
}
