import { Registry } from 'prom-client'
import { createMetrics } from '../metrics.ts'
import type { AgentMetrics } from '../metrics.ts'
import type { RawLine, Source } from '../sources/raw-line.ts'
import { freshMemory } from '../spool/position.ts'
import { createLineRules } from './line-rules.ts'
import type { LineRules, LineSettings } from './line-rules.ts'
import { createRedactor } from './redact.ts'
import type { Redactor } from './redact.ts'
import { redactionNames } from './redaction-rules.ts'

export const defaultSettings: LineSettings = {
  MIN_LEVEL: 'INFO',
  MAX_MESSAGE_LENGTH: 4_096,
  REDACT: ['all'],
  REDACT_OFF: [],
  REDACT_RULES: [],
  PARSE_JSON: 'all',
  RATE_LIMIT_LINES: 0,
  RATE_LIMIT_BYTES: 0,
  RATE_LIMIT_BURST_SECONDS: 10,
  SAMPLE_PERCENT: 0,
}

export function rulesWith(settings: Partial<LineSettings> = {}): LineRules {
  return createLineRules({ ...defaultSettings, ...settings })
}

export const allRules: Redactor = createRedactor({ names: new Set(redactionNames), custom: [] })

export function newSource(key = 'source'): Source {
  return {
    key,
    names: {
      namespace: 'host',
      podName: 'pod',
      containerName: 'app',
      podUid: null,
      node: null,
      deploymentObjectId: null,
      workOrderId: null,
      labels: {},
    },
    memory: freshMemory(),
    seen: null,
    position: () => null,
    readUntilUs: () => null,
  }
}

let lines = 0

/** A line of a source; by default the next of a millisecond's distance, whole and on its own. */
export function rawLine(source: Source, text: string, more: Partial<RawLine> = {}): RawLine {
  lines += 1
  return {
    source,
    text,
    time: { us: 1.7e15 + lines * 1_000, ns: 0 },
    seq: lines,
    entryId: `id-${lines}`,
    output: null,
    rawBytes: Buffer.byteLength(text),
    lostBytes: 0,
    continues: null,
    ...more,
  }
}

export function newMetrics(): AgentMetrics {
  return createMetrics(new Registry())
}
