import { AsyncLocalStorage } from 'node:async_hooks'
import type { Writable } from 'node:stream'
import { createLogger as createWinston, format, transports } from 'winston'
import type { Logger } from 'winston'
import { isSecretName, scrub } from './scrub.ts'

export type { Logger } from 'winston'

export interface LoggerOptions {
  level: string
  /** Default: standard output. */
  destination?: Writable
  /** Literal values that must not appear; shorter ones than 8 characters are left, they would mask common words. */
  secrets?: readonly string[]
}

/**
 * One JSON line per message: `time` (ISO, ms), `level`, `msg`, `service`, then the fields of the context and of the
 * call. Errors are shown with name, message, code, stack and cause; credentials are masked wherever they stand.
 */
export function createLogger(service: string, { level, destination, secrets = [] }: LoggerOptions): Logger {
  const literals = secrets
    .filter((secret) => secret.length >= 8)
    .map((secret) => JSON.stringify(secret).slice(1, -1))
  return createWinston({
    level,
    format: format.printf((info) => scrub(lineOf(service, info), literals)),
    transports: [new transports.Stream({ stream: destination ?? process.stdout, eol: '\n' })],
  })
}

const context = new AsyncLocalStorage<Record<string, unknown>>()

/** Runs `work` so that each line logged meanwhile, also from what it awaits, carries `fields` (ids, mostly). */
export function withLogContext<T>(fields: Record<string, unknown>, work: () => T): T {
  return context.run({ ...context.getStore(), ...fields }, work)
}

/** Adds to the context that is running, for what is only learnt on the way, such as who the caller is. */
export function addLogContext(fields: Record<string, unknown>): void {
  const store = context.getStore()
  if (store) Object.assign(store, fields)
}

/** winston's `info`: what was passed as fields stands, unmixed with its own members, under this symbol. */
const splat = Symbol.for('splat')

function lineOf(
  service: string,
  info: object & { level?: unknown; message?: unknown; [splat]?: unknown },
): string {
  const [meta] = Array.isArray(info[splat]) ? info[splat] : [info instanceof Error ? info : undefined]
  const fields = meta instanceof Error ? { err: meta } : meta
  const line = {
    time: new Date().toISOString(),
    level: info.level,
    msg: messageOf(info.message, meta),
    service,
    ...context.getStore(),
    ...(typeof fields === 'object' ? fields : undefined),
  }
  // C1 controls pass JSON unescaped and drive terminals.
  return JSON.stringify(plain(line)).replace(
    /[\u007f-\u009f]/g,
    (c) => `\\u00${c.charCodeAt(0).toString(16)}`,
  )
}

/** winston appends the fields' own `message` to the message, with a space; this takes it off again. */
function messageOf(message: unknown, meta: unknown): string {
  const text = String(message)
  const added = typeof meta === 'object' && meta !== null && 'message' in meta && ` ${String(meta.message)}`
  return added && text.endsWith(added) ? text.slice(0, -added.length) : text
}

/** A copy that JSON can hold: errors as data, bigints as text, bytes as their number, cycles cut by depth. */
function plain(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date || value instanceof URL) return value.toJSON()
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (depth > 6) return '[deeper]'
  if (value instanceof Error) return plainError(value, depth)
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => plain(item, depth + 1))
  const entries = Object.entries(value).filter(([, item]) => typeof item !== 'function')
  return Object.fromEntries(
    entries.map(([key, item]) => [key, isSecretName(key) ? '[masked]' : plain(item, depth + 1)]),
  )
}

/** Only these members: errors of body parsers and drivers carry bodies, queries and headers besides. */
function plainError(error: Error, depth: number): object {
  const { name, message, stack, cause } = error
  const errors = error instanceof AggregateError ? plain(error.errors, depth + 1) : undefined
  const code = 'code' in error ? plain(error.code, depth + 1) : undefined
  return { name, message, code, stack, cause: plain(cause, depth + 1), errors }
}
