import { readFileSync } from 'node:fs'
import type { Machine } from './describe-machine.ts'
import type { Figure } from './figure.ts'
import { partNames } from './options.ts'

/** What a run has measured, as it is kept. */
export interface BenchResult {
  machine: Machine
  quick: boolean
  tookS: number
  figures: Figure[]
  /** By part. */
  details: Record<string, unknown>
}

export function readResult(path: string): BenchResult {
  return JSON.parse(readFileSync(path, 'utf8')) as BenchResult // as this tool has written it
}

/** An earlier result with the parts that were measured again in place of its own, in the usual order. */
export function addTo(earlier: BenchResult, measured: BenchResult): BenchResult {
  const partOf = ({ id }: Figure) => id.split('.')[0] ?? ''
  const again = new Set(measured.figures.map(partOf))
  const kept = earlier.figures.filter((figure) => !again.has(partOf(figure)))
  const order = (figure: Figure) => partNames.findIndex((name) => name === partOf(figure))
  return {
    machine: measured.machine,
    quick: earlier.quick || measured.quick,
    tookS: earlier.tookS + measured.tookS,
    figures: [...kept, ...measured.figures].sort((a, b) => order(a) - order(b)),
    details: { ...earlier.details, ...measured.details },
  }
}
