import type { Level } from '@logboom/contracts'
import type { CustomRule } from './custom-rules.ts'
import { createRateLimit } from './limit-rate.ts'
import type { LimitRate } from './limit-rate.ts'
import { createRedactor } from './redact.ts'
import type { Redactor } from './redact.ts'
import { redactionNames } from './redaction-rules.ts'

/** All that decides what becomes of a line. Made anew and exchanged as a whole when the configuration changes. */
export interface LineRules {
  minLevel: Level
  messageBytesMax: number
  redactor: Redactor
  /** Which members of JSON lines become attributes. */
  parseJson: 'all' | 'ids' | 'off'
  /** Null where nothing is limited. */
  limitRate: LimitRate | null
}

/** The part of the agent's configuration that it is made of. */
export interface LineSettings {
  MIN_LEVEL: Level
  MAX_MESSAGE_LENGTH: number
  REDACT: readonly string[]
  REDACT_OFF: readonly string[]
  REDACT_RULES: readonly CustomRule[]
  PARSE_JSON: LineRules['parseJson']
  RATE_LIMIT_LINES: number
  RATE_LIMIT_BYTES: number
  RATE_LIMIT_BURST_SECONDS: number
  SAMPLE_PERCENT: number
}

/** @throws {RangeError} that names the rule of the operator's own which is at fault; a checked configuration has none */
export function createLineRules(settings: LineSettings): LineRules {
  const on = settings.REDACT.includes('all') ? redactionNames : settings.REDACT
  const names = new Set(on.filter((name) => !settings.REDACT_OFF.includes(name)))
  // Whoever reads the log could otherwise write to it.
  names.add('pak')
  return {
    minLevel: settings.MIN_LEVEL,
    messageBytesMax: settings.MAX_MESSAGE_LENGTH,
    redactor: createRedactor({ names, custom: settings.REDACT_RULES }),
    parseJson: settings.PARSE_JSON,
    limitRate: createRateLimit({
      lines: settings.RATE_LIMIT_LINES,
      bytes: settings.RATE_LIMIT_BYTES,
      burstSeconds: settings.RATE_LIMIT_BURST_SECONDS,
      samplePercent: settings.SAMPLE_PERCENT,
    }),
  }
}
