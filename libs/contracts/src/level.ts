/** Levels by name, with OpenTelemetry's severity numbers: what is stored, compared and counted. */
export const severityOf = { TRACE: 1, DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17, FATAL: 21 } as const

export type Level = keyof typeof severityOf

export const levels: readonly Level[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']

const aliases: Record<string, Level> = {
  VERBOSE: 'TRACE',
  FINEST: 'TRACE',
  FINER: 'TRACE',
  SILLY: 'TRACE',
  FINE: 'DEBUG',
  DBG: 'DEBUG',
  INFORMATION: 'INFO',
  INFORMATIONAL: 'INFO',
  NOTICE: 'INFO',
  LOG: 'INFO',
  CONFIG: 'INFO',
  WARNING: 'WARN',
  ERR: 'ERROR',
  SEVERE: 'ERROR',
  FATAL: 'FATAL',
  CRITICAL: 'FATAL',
  CRIT: 'FATAL',
  ALERT: 'FATAL',
  EMERG: 'FATAL',
  EMERGENCY: 'FATAL',
  PANIC: 'FATAL',
}

/**
 * The level behind a name in any spelling, or a number: pino and bunyan count 10, 20 … 60, OpenTelemetry 1 … 24.
 * The two meet at 10 and 20, which are read as pino's: no OpenTelemetry library emits those by default.
 * Returns null for what is not known as a level.
 */
export function normaliseLevel(level: string | number): Level | null {
  if (typeof level === 'string' && level.length > levelCharsMax) return null
  const known = remembered.get(level)
  if (known !== undefined) return known
  const found = readLevel(level)
  // what nobody knows is not worth a place: senders make it up
  if (found !== null && remembered.size < rememberedMax) remembered.set(level, found)
  return found
}

/** Longer than any name of a level, with blanks around it. */
const levelCharsMax = 32
/** The few spellings that there are come with every line. */
const remembered = new Map<string | number, Level>()
const rememberedMax = 1_000

function readLevel(level: string | number): Level | null {
  if (typeof level === 'number' || /^\d{1,2}$/.test(level)) return levelOfNumber(Number(level))
  const name = level.trim().toUpperCase()
  return levels.find((known) => known === name) ?? aliases[name] ?? null
}

/** The level that a stored severity belongs to. */
export function levelOfSeverity(severity: number): Level | null {
  return levels.findLast((level) => severityOf[level] <= severity) ?? null
}

function levelOfNumber(level: number): Level | null {
  if (level >= 10 && level <= 60 && level % 10 === 0) return levels[level / 10 - 1] ?? null
  if (level >= 1 && level <= 24) return levelOfSeverity(level)
  return null
}
