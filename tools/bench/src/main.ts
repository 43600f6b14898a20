// npm run bench: measures Logboom on this machine, each role as its own process, and holds it against its goals.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describeMachine } from './describe-machine.ts'
import { summarise } from './figure.ts'
import type { Figure } from './figure.ts'
import { parseOptions, usage, UsageError } from './options.ts'
import type { BenchOptions } from './options.ts'
import { addTo, readResult } from './bench-result.ts'
import type { BenchResult } from './bench-result.ts'
import { parts } from './parts.ts'
import { openProgress } from './progress.ts'
import { renderPage } from './render-page.ts'
import { renderTable } from './render-table.ts'

async function main(): Promise<void> {
  const options = readOptions()
  if (!options) return
  const progress = openProgress()
  const startedMs = performance.now()
  const machine = await describeMachine()
  const figures: Figure[] = []
  const details: Record<string, unknown> = {}
  for (const name of options.parts) {
    const measured = await parts[name]({ options, progress })
    figures.push(...measured.figures)
    details[name] = measured.details
  }
  const tookS = Math.round((performance.now() - startedMs) / 1000)
  const measured: BenchResult = { machine, quick: options.quick, tookS, figures, details }
  const result = options.into === undefined ? measured : addTo(readResult(options.into), measured)
  mkdirSync(dirname(options.out), { recursive: true })
  writeFileSync(options.out, JSON.stringify(result, null, 1))
  if (options.writeDocs) writeFileSync('docs/benchmarks.md', renderPage(result))
  tell(figures, `${tookS} s; the whole result: ${options.out}`)
}

function tell(figures: readonly Figure[], where: string): void {
  console.log(`${renderTable(figures)}\n\n★ stretch, ✓ goal, ✗ missed. ${where}`)
  const missed = figures.filter((figure) => summarise(figure).verdict === 'missed')
  if (missed.length > 0) console.log(`Missed: ${missed.map(({ id }) => id).join(', ')}`)
}

function readOptions(): BenchOptions | undefined {
  try {
    const options = parseOptions(process.argv.slice(2), new Date())
    if (options !== 'help') return options
    console.log(usage)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(`${error.message}\n\n${usage}`)
    process.exitCode = 2
  }
  return undefined
}

await main()
