/** What stands in some of the lines and must never be stored. */
export const plantedSecret = 'hunter2-correct-horse'

export const lineBytes = 200

const say = [
  'order placed, inventory reserved, payment authorised by upstream',
  'cache miss for catalogue shard, falling back to the replica',
  'session renewed, quota recalculated, stream lease extended',
  'retrying request to upstream after timeout, attempt two of five',
]
const levels = ['INFO', 'INFO', 'INFO', 'INFO', 'INFO', 'DEBUG', 'WARN', 'ERROR'] as const

type Format = (at: Seed) => string

interface Seed {
  time: string
  level: (typeof levels)[number]
  /** Unique among all lines of all runs. */
  id: string
  text: string
}

/** Lines as the programs of a cluster write them; each container has one of these. */
const formats: readonly Format[] = [
  ({ time, level, id, text }) =>
    `${time} ${level.padEnd(5)} [http-nio-8080-exec-4] com.acme.shop.Orders - ${text} id=${id}`,
  ({ time, level, id, text }) =>
    `{"level":"${level.toLowerCase()}","time":"${time}","pid":1,"req":{"method":"GET","url":"/cart/items"},"id":"${id}","msg":"${text}`,
  ({ time, level, id, text }) =>
    `time="${time}" level=${level.toLowerCase()} msg="${text}" id=${id} component=lease`,
  ({ level, id, text }) =>
    `${level.charAt(0)}1121 09:13:00.123456       1 controller.go:118] ${text} id="${id}"`,
  ({ id, time, text }) =>
    `10.1.2.3 - - [${time}] "GET /checkout/confirm?id=${id} HTTP/1.1" 200 5123 "-" "Mozilla/5.0 (X11; Linux x86_64) ${text}"`,
]

/** One in so many lines has a secret in it, as careless programs write them. */
const secretEvery = 20

export interface LinesPlan {
  container: number
  /** The number of the first one among those of its container. */
  from: number
  count: number
  /** Makes them unique. */
  name: string
}

/**
 * Lines of one container, 200 bytes each with their newlines: five formats, all levels, JSON among them, one in twenty
 * with a password.
 */
export function makeLines({ container, from, count, name }: LinesPlan): Buffer {
  const format = formats[container % formats.length]
  if (!format) throw new Error('there is a format for each container')
  const time = new Date().toISOString()
  const lines = Array.from({ length: count }, (_, index) => {
    const n = from + index
    const said = say[(container + n) % say.length] ?? ''
    const level = levels[(container + n) % levels.length] ?? 'INFO'
    const text = n % secretEvery === 7 ? `login refused, password=${plantedSecret} is wrong` : said
    return fill(format({ time, level, id: `${name}-${container}-${n}`, text }))
  })
  return Buffer.from(lines.join(''))
}

/** To the bytes that all have. JSON comes with its last text open, which is closed here. */
function fill(line: string): string {
  const end = line.startsWith('{') ? '"}\n' : '\n'
  const bytes = lineBytes - end.length
  return `${`${line} `.padEnd(bytes, '.').slice(0, bytes)}${end}`
}
