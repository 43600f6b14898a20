// npm run build:explorer: makes apps/explorer/dist, which query-api serves at `/`. `npm start` does so by itself.
import { join } from 'node:path'
import { buildExplorer } from './build-explorer.ts'
import type { BuiltExplorer } from './build-explorer.ts'

const say = (line: string) => void process.stderr.write(`logboom: ${line}\n`)
try {
  console.log(lineOf(await buildExplorer(join(import.meta.dirname, '../../..'), say)))
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

function lineOf({ dir, weight }: BuiltExplorer): string {
  if (weight === undefined) return `${dir}: built from these sources already`
  const kib = (bytes: number) => `${Math.round(bytes / 1024)} KiB`
  return `${dir}: ${kib(weight.bytes)}, gzip ${kib(weight.gzip)}, brotli ${kib(weight.brotli)}`
}
