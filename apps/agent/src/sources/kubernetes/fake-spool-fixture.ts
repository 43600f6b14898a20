import type { Entry, Gap } from '@logboom/contracts'
import { Registry } from 'prom-client'
import { createMetrics } from '../../metrics.ts'
import { processLine } from '../../pipeline/process-line.ts'
import { createRedactor } from '../../pipeline/redact.ts'
import { redactionNames } from '../../pipeline/redaction-rules.ts'
import { Position } from '../../spool/position.ts'
import type { Positions } from '../../spool/position.ts'
import type { LineSink, Source } from '../raw-line.ts'

/** What is safe, and what would be lost now with the process. */
export interface FakeSpool extends LineSink {
  /** In the order in which they were sealed. */
  stored: Entry[]
  gaps: Gap[]
  positions: Positions
  /** Makes safe what there is, lines and positions together. */
  seal(): void
  /** What a kill leaves. */
  drop(): void
  /** While set, a push does not return. */
  blocked: Promise<void> | null
  sources: Set<Source>
}

export function createFakeSpool(): FakeSpool {
  const rules = {
    minLevel: 'TRACE',
    messageBytesMax: 65_536,
    redactor: createRedactor({ names: new Set(redactionNames), custom: [] }),
    parseJson: 'off',
    limitRate: null,
  } as const
  const metrics = createMetrics(new Registry())
  let entries: Entry[] = []
  let gaps: Gap[] = []
  let moved = new Set<Source>()
  const spool: FakeSpool = {
    stored: [],
    gaps: [],
    positions: {},
    blocked: null,
    sources: new Set(),
    push(line) {
      const entry = processLine(line, rules, metrics)
      if (typeof entry === 'object') entries.push(entry)
      spool.touch(line.source)
      return spool.blocked ?? undefined
    },
    addGap(source, gap) {
      gaps.push(gap)
      spool.touch(source)
    },
    touch(source) {
      moved.add(source)
      spool.sources.add(source)
    },
    seal() {
      spool.stored.push(...entries)
      spool.gaps.push(...gaps)
      for (const source of moved) {
        const position = source.position()
        // As it comes back from the disk.
        if (position) spool.positions[source.key] = Position.parse(JSON.parse(JSON.stringify(position)))
      }
      spool.drop()
    },
    drop() {
      entries = []
      gaps = []
      moved = new Set()
    },
  }
  return spool
}
