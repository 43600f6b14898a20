import { normaliseLevel } from '@logboom/contracts'
import type { Level } from '@logboom/contracts'

/** Words between the time and the level that are let pass: a host, a logger's name. */
const plainWordsMax = 2
const tokensMax = 16

/**
 * The level among the first words of a line, as log4j, logback, Python, zap, nginx, PostgreSQL, .NET, Rust … put it:
 * behind times, numbers, thread and logger names, before the message.
 */
export function prefixLevel(head: string): Level | null {
  let plainWords = 0
  let before = ''
  let to = 0
  // By character codes, for this is most of what a line costs: times and numbers are passed over without a look.
  for (let seen = 0; seen < tokensMax; seen += 1) {
    let from = to
    while (from < head.length && isGap(head.charCodeAt(from))) from += 1
    if (from === head.length) return null
    let hasDigit = false
    for (to = from; to < head.length && !isGap(head.charCodeAt(to)); to += 1)
      hasDigit ||= isDigit(head.charCodeAt(to))
    const token = head.slice(from, to)
    const { found, isPrefix } = hasDigit ? lookAtNumber(token) : lookAtWord(token)
    if (found) {
      const isFirst = seen === 0 || timeLike.test(before)
      if (isMeant(found, { before, after: head.charAt(to), isFirst, plainWords })) return found.level
    }
    if (!isPrefix) plainWords += 1
    // A level word in the middle of prose belongs to the prose, and a word at the beginning is prose.
    if (plainWords > (seen === 0 ? 0 : plainWordsMax)) return null
    before = token
  }
  return null
}

interface Look {
  found: LevelWord | null
  /** It may stand before a level, and is no prose. */
  isPrefix: boolean
}

const plainNumber: Look = { found: null, isPrefix: true }

function lookAtNumber(token: string): Look {
  if (isDigit(token.charCodeAt(0)) && !token.includes('[')) return plainNumber
  return { found: levelIn(token), isPrefix: true }
}

/** Logs have few words before their messages, and those come again and again. */
const remembered = new Map<string, Look>()
const rememberedMax = 4_000
/** A longer piece of a line would hold the whole line in memory. */
const rememberedCharsMax = 12

function lookAtWord(token: string): Look {
  const known = remembered.get(token)
  if (known) return known
  const look = { found: levelIn(token), isPrefix: isPrefixLike(token) }
  if (token.length <= rememberedCharsMax && remembered.size < rememberedMax) remembered.set(token, look)
  return look
}

/** Blanks and what is no text, bars, and the blank that does not break. */
function isGap(code: number): boolean {
  return code <= 0x20 || code === 0x7c || code === 0xa0
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

interface Place {
  before: string
  after: string
  /** Directly at the beginning, or behind a time. */
  isFirst: boolean
  plainWords: number
}

/** Brackets and what hangs on them, the word itself, what follows it within the token. */
const shape = /^(["'[(<{]*)(?:(?<=[[(<{])[\w.-]{1,64}:)?([A-Za-z]{1,13}\d?)(\]|\)|>|\}|:|\[|,|"|'|$)/

interface LevelWord {
  open: string
  word: string
  close: string
  level: Level
}

function levelIn(token: string): LevelWord | null {
  const bare = bracketless(token)
  if (!shape.test(bare)) return null
  const [, open = '', word = '', close = ''] = shape.exec(bare) ?? []
  const level = levelOfWord(word)
  return level === null ? null : { open, word, close, level }
}

/** Whether the word is the line's level where it stands, and not a word of its message. */
function isMeant({ open, word, close, level }: LevelWord, place: Place): boolean {
  const enclosed = open !== '' && /[\])>}]/.test(close)
  const marked = enclosed || (close === ':' && open === '') || (place.after === '\t' && place.isFirst)
  if (needsMark.test(word)) return marked && (close !== ':' || place.plainWords <= 1)
  if (word !== word.toUpperCase()) return marked && place.plainWords <= 1
  if (place.plainWords === 0 || marked) return true
  // After a plain word ("enabled DEBUG mode") a low level must stand apart, for it might lose the line.
  const apart = /^[-|:]$/.test(place.before) || place.after === '|'
  return apart || (level !== 'DEBUG' && level !== 'TRACE')
}

/** `[2026-11-21T09:13:00Z INFO` and `[09:13:00][1][info][main]`: the part that may be a level. */
function bracketless(token: string): string {
  const inner = token.includes('][') ? /\]\[([A-Za-z]{1,13})(?:\]|$)/.exec(token) : null
  return inner?.[1] === undefined ? token : `[${inner[1]}]`
}

/** Words that are levels only where a mark says so: alone they are ordinary words of a message. */
const needsMark =
  /^(?:log|config|fine|finer|finest|note|system|alert|panic|verbose|silly|fail|emerg|emergency)$/i

/** What loggers write beside the names that the contract knows; ssh and PostgreSQL number their DEBUG. */
const more: Record<string, Level> = {
  WRN: 'WARN',
  INF: 'INFO',
  FTL: 'FATAL',
  VRB: 'TRACE',
  TRC: 'TRACE',
  TRCE: 'TRACE',
  DBUG: 'DEBUG',
  EROR: 'ERROR',
  FAIL: 'ERROR',
  NOTE: 'INFO',
  SYSTEM: 'INFO',
}

function levelOfWord(word: string): Level | null {
  const name = word.toUpperCase()
  if (/^DEBUG[1-5]$/.test(name)) return 'DEBUG'
  return /\d/.test(name) ? null : (more[name] ?? normaliseLevel(name))
}

const timeLike = /\d\d:\d\d(?::\d\d)?|\d{4}[-/]\d\d[-/]\d\d/
const calendar =
  /^[[(]?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|AM|PM|UTC|GMT|CES?T|[ECMP][SD]T|JST)\b/i

/** Besides times, numbers and addresses: brackets, dashes, `com.acme.Foo`: what stands before a level and is no prose. */
function isPrefixLike(token: string): boolean {
  return /^[[(<{]|[\])>}]:?$|\w\.\w/.test(token) || /^\W+$/.test(token) || calendar.test(token)
}
