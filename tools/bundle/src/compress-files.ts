import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

/** Bytes of all files, as they are and as they travel. */
export interface Weight {
  bytes: number
  gzip: number
  brotli: number
}

const bestBrotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }

/** Puts `.gz` and `.br` beside every file of `dir` that has something to gain: once, as hard as can be. */
export function compressFiles(dir: string): Weight {
  const weight = { bytes: 0, gzip: 0, brotli: 0 }
  for (const name of globSync('**/*.{html,js,css,svg,json}', { cwd: dir })) {
    const path = join(dir, name)
    const text = readFileSync(path)
    const gzip = gzipSync(text, { level: 9 })
    const brotli = brotliCompressSync(text, bestBrotli)
    weight.bytes += text.length
    weight.gzip += gzip.length
    weight.brotli += brotli.length
    if (gzip.length < text.length) writeFileSync(`${path}.gz`, gzip)
    if (brotli.length < text.length) writeFileSync(`${path}.br`, brotli)
  }
  return weight
}
