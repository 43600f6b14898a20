const secondsOf: Record<string, number> = { s: 1, min: 60, m: 60, h: 3600, d: 86_400 }
const whole = /^\s*(?:\d+(?:\.\d+)?\s*(?:s|min|m|h|d)\s*)+$/i
const part = /(\d+(?:\.\d+)?)\s*(s|min|m|h|d)/gi

/** `12 h`, `90 min`, `7d`, `3 d 4 h` in seconds; undefined for anything else. A bare number is hours. */
export function readDuration(text: string): number | undefined {
  if (/^\s*\d+(?:\.\d+)?\s*$/.test(text)) return Math.round(Number(text) * 3600)
  if (!whole.test(text)) return undefined
  const parts = [...text.matchAll(part)]
  const seconds = parts.map(([, amount, unit = 's']) => Number(amount) * (secondsOf[unit.toLowerCase()] ?? 0))
  return Math.round(seconds.reduce((sum, one) => sum + one, 0))
}
