import type { StoredEntry } from '@logboom/contracts'

export const colorModes = ['auto', 'always', 'never'] as const
export type ColorMode = (typeof colorModes)[number]

/** Puts colours around text, or leaves it as it is. */
export interface Paint {
  level(level: StoredEntry['level'], text: string): string
  dim(text: string): string
  bold(text: string): string
  /** What a search has found. */
  match(text: string): string
  warning(text: string): string
}

const sgr = (codes: string) => (text: string) => `\u001b[${codes}m${text}\u001b[0m`
const [dim, bold, match, warning] = [sgr('2'), sgr('1'), sgr('1;7'), sgr('33')] as const
const plain = (text: string) => text

const levelCodes: Record<NonNullable<StoredEntry['level']>, (text: string) => string> = {
  TRACE: dim,
  DEBUG: sgr('36'),
  INFO: sgr('32'),
  WARN: sgr('33'),
  ERROR: sgr('31'),
  FATAL: sgr('1;37;41'),
}

const colours: Paint = {
  level: (level, text) => (level === null ? dim(text) : levelCodes[level](text)),
  dim,
  bold,
  match,
  warning,
}

const noColours: Paint = { level: (_, text) => text, dim: plain, bold: plain, match: plain, warning: plain }

/** `auto`: on a terminal, unless NO_COLOR is set or the terminal is a dumb one. */
export function choosePaint(mode: ColorMode, isTerminal: boolean, env: NodeJS.ProcessEnv): Paint {
  const wanted = isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  return mode === 'always' || (mode === 'auto' && wanted) ? colours : noColours
}
