import { z } from 'zod'
import { compileRules, CustomRule, customRulesMax } from '../pipeline/custom-rules.ts'
import { redactionNames } from '../pipeline/redaction-rules.ts'
import { whole } from './setting.ts'

/** What is done to lines between reading and sending. */
export const pipelineSettings = {
  REDACT: nameList(['all', 'none', ...redactionNames], 'all').describe(
    'Kinds of secrets that are masked before anything is written: `all`, `none`, or a comma list of ' +
      redactionNames.join(', '),
  ),
  REDACT_OFF: nameList(
    redactionNames.filter((name) => name !== 'pak'),
    '',
  ).describe('Of these, the ones that are left as they are; keys of Logboom itself always are masked'),
  REDACT_RULES: customRules().describe(
    'Rules of your own, a JSON list of `{"name", "pattern", "replacement"}`; patterns are RE2’s, which take linear time',
  ),
  PARSE_JSON: z
    .enum(['all', 'ids', 'off'])
    .default('all')
    .describe(
      'What becomes attributes: members of JSON lines and ids in `key=value` lines, ids only, or nothing; the message stays the whole line',
    ),
  RATE_LIMIT_LINES: whole(0, 0).describe(
    'Lines a second that are taken of each container or file; what is beyond is left out and recorded as a gap. 0 = all',
  ),
  RATE_LIMIT_BYTES: whole(0, 0).meta({ unit: 'bytes' }).describe('Bytes a second, likewise. 0 = all'),
  RATE_LIMIT_BURST_SECONDS: whole(1, 10)
    .meta({ unit: 's' })
    .describe('So many seconds’ worth may come at once; a fifth of it is kept for WARN and above'),
  SAMPLE_PERCENT: z.coerce
    .number()
    .min(0)
    .max(100)
    .default(0)
    .describe('Of the lines beyond the rate, how many are sent all the same; a stack trace is kept whole'),
}

function nameList(known: readonly string[], fallback: string) {
  return z
    .string()
    .default(fallback)
    .transform((text) => text.split(',').map((name) => name.trim()))
    .transform((names) => names.filter((name) => name !== ''))
    .pipe(z.array(z.enum(known, { error: `must be a comma list of ${known.join(', ')}` })))
}

function customRules() {
  return z
    .string()
    .default('[]')
    .transform((text, context) => parsed(text, (message) => context.addIssue({ code: 'custom', message })))
    .pipe(z.array(CustomRule).max(customRulesMax))
    .superRefine((rules, context) => {
      try {
        compileRules(rules)
      } catch (err) {
        if (!(err instanceof RangeError)) throw err
        context.addIssue({ code: 'custom', message: err.message })
      }
    })
}

function parsed(text: string, fault: (message: string) => void): unknown {
  try {
    return JSON.parse(text)
  } catch {
    fault('must be a JSON list of {"name", "pattern", "replacement"}')
    return z.NEVER
  }
}
