import type { z } from 'zod'
import { gatherTexts } from './config.ts'
import type { ConfigSources } from './config.ts'
import { describeConfig } from './describe-config.ts'
import type { ConfigRow } from './describe-config.ts'
import { scrub } from './scrub.ts'

export interface ExplainedSetting extends ConfigRow {
  /** As it was written, or the default; undefined where there is neither. Secrets are masked. */
  text: string | undefined
  from: 'environment' | 'file' | 'default'
}

/** What is in force and where it comes from, to be shown to a human: also when it has faults. */
export function explainConfig(
  app: string,
  schema: z.ZodObject,
  sources: ConfigSources,
): { settings: ExplainedSetting[]; faults: string[] } {
  const rows = describeConfig(app, schema)
  const { texts, faults } = gatherTexts(app, rows, sources)
  const secrets = rows.flatMap((row) => (row.secret ? [texts.get(row.name)?.text ?? ''] : [])).filter(Boolean)
  const settings = rows.map((row): ExplainedSetting => {
    const set = texts.get(row.name)
    if (!set) return { ...row, text: row.default, from: 'default' }
    return { ...row, text: row.secret ? '[masked]' : scrub(set.text, secrets), from: set.from }
  })
  return { settings, faults }
}
