import { usageError } from '../cli-error.ts'

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }

/** Seconds of `90s`, `15m`, `1h30m`, `30d`; `0` is none. */
export function parseSpan(text: string): number {
  if (text === '0') return 0
  if (!/^(\d{1,9}[smhdw])+$/.test(text))
    throw usageError(`'${text}' is no length of time: it looks like 24h or 1h30m`)
  const parts = [...text.matchAll(/(\d+)([smhdw])/g)]
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitSeconds[unit ?? ''] ?? 0), 0)
}
