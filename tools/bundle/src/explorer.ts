// npm run build:explorer: makes apps/explorer/dist, which query-api serves at `/`. `npm start` does so by itself.
import { join } from 'node:path'
import { buildExplorer } from './build-explorer.ts'

const say = (line: string) => void process.stderr.write(`logboom: ${line}\n`)
const { dir, weight } = await buildExplorer(join(import.meta.dirname, '../../..'), say)
const kib = (bytes: number) => `${Math.round(bytes / 1024)} KiB`
console.log(
  weight === undefined
    ? `${dir}: built from these sources already`
    : `${dir}: ${kib(weight.bytes)}, gzip ${kib(weight.gzip)}, brotli ${kib(weight.brotli)}`,
)
