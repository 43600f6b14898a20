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
    const tookS = Math.round((performance.now() - startedMs) / 1000)
    keep({ machine, quick: options.quick, tookS, figures, details }, options)
  }
  tell(figures, `The whole result: ${options.out}`)
}

/** After each part: one that fails does not take the others with it. */
function keep(measured: BenchResult, { out, into, writeDocs }: BenchOptions): void {
  const result = into === undefined ? measured : addTo(readResult(into), measured)
  mkdirSync(dirname(out), { recursive: true })
  writeFileSync(out, JSON.stringify(result, null, 1))
  if (writeDocs) writeFileSync('docs/benchmarks.md', renderPage(result))
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
