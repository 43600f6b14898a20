import { flushCompileCache } from 'node:module'
import type { Writable } from 'node:stream'
import type { z } from 'zod'
import { ConfigError, readConfig, secretsOf } from './config.ts'
import type { baseConfig } from './config.ts'
import { createLogger } from './log.ts'
import type { Logger } from './log.ts'

export interface Lifecycle {
  /** Registers what ends a resource, on the line after it was opened: shutdown is start-up in reverse. */
  onClose(name: string, close: () => unknown): void
  /** Aborted when stopping starts. */
  readonly signal: AbortSignal
  readonly stopping: boolean
  /** Registers what reads its configuration again at SIGHUP; without any, SIGHUP ends the process as SIGTERM does. */
  onReload(name: string, reload: () => unknown): void
  /** Reloads everything that can be; false when nothing can. Never rejects or stops anything. */
  reload(): boolean
  /** Starts a background task, which ends when its signal is aborted; its failure stops the process. */
  spawn(name: string, task: (signal: AbortSignal) => Promise<void>): void
  /** Closes everything, last opened first, one at a time. The same promise however often it is called. */
  stop(reason: string): Promise<void>
  /** Stops because of an error: the process will exit with 1. */
  fail(reason: string, err: unknown): Promise<void>
  readonly failed: boolean
  /** Resolved when everything is closed. */
  readonly closed: Promise<void>
}

interface Closer {
  name: string
  close: () => unknown
}

interface Reloader {
  name: string
  reload: () => unknown
}

/**
 * The life of a process, or of several services in one. When the closers take longer than `graceMs` together, what
 * is still open is logged and the process exits with 1: a closer that waits for a dead peer must not hang it.
 */
export function createLifecycle(log: Logger, { graceMs }: { graceMs: number }): Lifecycle {
  const closers: Closer[] = []
  const stopping = new AbortController()
  const closed = Promise.withResolvers<void>()
  const state = { failed: false, closed: false }

  async function closeAll(reason: string): Promise<void> {
    log.info('stopping', { reason })
    const deadline = setTimeout(() => giveUp(log, closers), graceMs)
    stopping.abort()
    await closeInReverse(log, closers)
    clearTimeout(deadline)
    state.closed = true
    log.info('stopped')
    closed.resolve()
  }

  const life: Lifecycle = {
    signal: stopping.signal,
    closed: closed.promise,
    get stopping() {
      return stopping.signal.aborted
    },
    get failed() {
      return state.failed
    },
    onClose(name, close) {
      // A start that was overtaken by its own stop may still open something.
      if (state.closed) void closeOne(log, { name, close })
      else closers.push({ name, close })
    },
    ...createReloading(log, stopping.signal),
    spawn(name, task) {
      const ended = task(stopping.signal).catch((err: unknown) => taskFailed(life, log, name, err))
      life.onClose(name, () => ended)
    },
    stop(reason) {
      if (!stopping.signal.aborted) void closeAll(reason)
      return closed.promise
    },
    fail(reason, err) {
      state.failed = true
      log.error('stopping because of an error', { reason, err })
      return life.stop(reason)
    },
  }
  return life
}

function taskFailed(life: Lifecycle, log: Logger, task: string, err: unknown): void {
  if (!life.stopping) void life.fail(`${task} failed`, err)
  else log.debug('task ended with an error while stopping', { task, err })
}

/** A closer is taken off when it is done, so that the list names what is still open. */
async function closeInReverse(log: Logger, closers: Closer[]): Promise<void> {
  for (let last = closers.at(-1); last; last = closers.at(-1)) {
    await closeOne(log, last)
    closers.splice(closers.indexOf(last), 1)
  }
}

async function closeOne(log: Logger, { name, close }: Closer): Promise<void> {
  try {
    await close()
  } catch (err) {
    log.error('close failed', { closing: name, err })
  }
}

function createReloading(log: Logger, signal: AbortSignal): Pick<Lifecycle, 'onReload' | 'reload'> {
  const reloaders: Reloader[] = []
  return {
    onReload: (name, reload) => void reloaders.push({ name, reload }),
    reload() {
      // What comes while the process drains is too late, and no reason to hurry.
      if (!signal.aborted) for (const reloader of reloaders) void reloadOne(log, reloader)
      return reloaders.length > 0
    },
  }
}

async function reloadOne(log: Logger, { name, reload }: Reloader): Promise<void> {
  try {
    await reload()
  } catch (err) {
    log.error('reload failed', { reloading: name, err })
  }
}

function giveUp(log: Logger, closers: readonly Closer[]): never {
  log.error('shutdown deadline passed', { open: closers.map(({ name }) => name) })
  process.exit(1)
}

/**
 * Ties a lifecycle to this process: the first SIGTERM or SIGINT stops it, the second exits at once, SIGHUP reloads what
 * can be reloaded, an uncaught error stops it with exit code 1, and the process exits when everything is closed.
 */
export function superviseProcess(life: Lifecycle): void {
  let signals = 0
  const onSignal = (name: NodeJS.Signals, number: number) => {
    signals += 1
    if (signals > 1) process.exit(128 + number)
    void life.stop(name)
  }
  // Only the first error: when standard output is gone, logging the error would raise the next one, for ever.
  const onError = (reason: string, err: unknown) => void (life.failed || life.fail(reason, err))
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  process.on(
    'SIGHUP',
    (name: NodeJS.Signals, number: number) => void (life.reload() || onSignal(name, number)),
  )
  process.on('uncaughtException', (err) => onError('uncaught exception', err))
  process.on('unhandledRejection', (err) => onError('unhandled rejection', err))
  void life.closed.then(() => process.exit(life.failed ? 1 : 0))
}

type BaseSchema = z.ZodObject<typeof baseConfig>

export interface ProcessOptions {
  /** Settings that stand before the environment and the file, as a command line does. */
  given?: Record<string, string>
  /** Where the log goes; default: standard output. */
  logTo?: Writable
}

/**
 * The whole of a `main.ts`: configuration, logger, lifecycle, then `start`, which opens what the service needs.
 * A bad configuration is printed to standard error and exits with 2.
 */
export async function runProcess<S extends BaseSchema>(
  name: string,
  schema: S,
  start: (config: z.output<S>, life: Lifecycle, log: Logger) => Promise<unknown>,
  { given = {}, logTo }: ProcessOptions = {},
): Promise<void> {
  const config = configOrExit(name, schema, given)
  const log = createLogger(name, {
    level: config.LOG_LEVEL,
    secrets: secretsOf(name, schema, config),
    ...(logTo && { destination: logTo }),
  })
  const life = createLifecycle(log, { graceMs: config.SHUTDOWN_GRACE_MS })
  superviseProcess(life)
  try {
    await start(config, life, log)
    log.info('started')
    // Where a cache is kept at all (NODE_COMPILE_CACHE): else only a process that ends by itself would leave one.
    flushCompileCache()
  } catch (err) {
    if (!life.stopping) await life.fail('start failed', err)
  }
}

function configOrExit<S extends BaseSchema>(
  name: string,
  schema: S,
  given: Record<string, string>,
): z.output<S> {
  try {
    return readConfig(name, schema, given)
  } catch (err) {
    if (!(err instanceof ConfigError)) throw err
    process.stderr.write(`${err.message}\n`)
    process.exit(2)
  }
}
