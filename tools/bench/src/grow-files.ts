import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { makeLines } from './make-lines.ts'

/** Files that grow as those of containers do. */
export interface GrowPlan {
  dir: string
  containers: number
  /** Of each container. */
  lines: number
  /** A container's lines come so many at a time … */
  linesPerWrite: number
  /** … and so many of all lines a second; default: as fast as the disk takes them. */
  perSecond?: number
  /** Makes the lines unique. */
  name: string
}

export function containerPath(dir: string, container: number): string {
  return join(dir, `shop-web-${container}.log`)
}

/** Appends all the lines, container by container in turns, at an even pace. Returns how many. */
export async function growFiles(plan: GrowPlan): Promise<number> {
  const { dir, containers, lines, linesPerWrite, perSecond, name } = plan
  mkdirSync(dir, { recursive: true })
  const writes = Math.ceil(lines / linesPerWrite) * containers
  const startedMs = performance.now()
  let written = 0
  for (let write = 0; write < writes; write += 1) {
    const container = write % containers
    const from = Math.floor(write / containers) * linesPerWrite
    const chunk = makeLines({ container, from, count: linesPerWrite, name })
    appendFileSync(containerPath(dir, container), chunk)
    written += linesPerWrite
    const aheadMs = perSecond ? startedMs + (written * 1000) / perSecond - performance.now() : 0
    if (aheadMs > 10) await wait(aheadMs)
  }
  return written
}
