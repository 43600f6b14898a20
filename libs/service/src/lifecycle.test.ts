import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createLogBook, until } from './auth-fixture.ts'
import type { LogLine } from './auth-fixture.ts'
import { createLifecycle } from './lifecycle.ts'

test('closers run one at a time, the last opened first, and a failing one does not keep the others open', async () => {
  const book = createLogBook()
  const life = createLifecycle(book.log, { graceMs: 5_000 })
  const order: string[] = []
  life.onClose('pool', () => order.push('pool'))
  life.onClose('broken', () => {
    throw new Error('cannot close')
  })
  life.onClose('server', async () => {
    await new Promise(setImmediate)
    order.push('server')
  })
  await Promise.all([life.stop('test'), life.stop('again')])
  expect(order).toEqual(['server', 'pool'])
  expect(book.lines().filter(({ msg }) => msg === 'stopping')).toHaveLength(1)
  expect(book.lines().find(({ level }) => level === 'error')).toMatchObject({
    msg: 'close failed',
    closing: 'broken',
  })
})

test('a task hears of the stop and is waited for before what it uses is closed', async () => {
  const life = createLifecycle(createLogBook().log, { graceMs: 5_000 })
  const order: string[] = []
  life.onClose('pool', () => order.push('pool'))
  life.spawn('follower', async (signal) => {
    await once(signal, 'abort')
    await new Promise(setImmediate)
    order.push('follower')
  })
  expect(life.stopping).toBe(false)
  await life.stop('test')
  expect([order, life.stopping, life.failed]).toEqual([['follower', 'pool'], true, false])
})

test('a task that fails stops everything and is told', async () => {
  const book = createLogBook()
  const life = createLifecycle(book.log, { graceMs: 5_000 })
  life.spawn('follower', () => Promise.reject(new Error('fell')))
  await life.closed
  expect(life.failed).toBe(true)
  expect(book.lines()[0]).toMatchObject({
    level: 'error',
    reason: 'follower failed',
    err: { message: 'fell' },
  })
})

test('what is opened after everything was closed is closed at once', async () => {
  const life = createLifecycle(createLogBook().log, { graceMs: 5_000 })
  await life.stop('test')
  let closed = false
  life.onClose('late', () => {
    closed = true
  })
  expect(closed).toBe(true)
})

interface Child {
  lines: () => LogLine[]
  errors: () => string
  kill: (signal: NodeJS.Signals) => void
  exit: Promise<unknown>
}

/** A real process, since exits and signals are what is looked at. */
function startChild(behaviour: string, env: Record<string, string> = {}): Child {
  const file = fileURLToPath(new URL('./lifecycle-fixture.ts', import.meta.url))
  const child = spawn(process.execPath, [file, behaviour], { env: { SHUTDOWN_GRACE_MS: '300', ...env } })
  let out = ''
  let errors = ''
  child.stdout.on('data', (chunk) => (out += String(chunk)))
  child.stderr.on('data', (chunk) => (errors += String(chunk)))
  return {
    lines: () =>
      out
        .split('\n')
        .filter(Boolean)
        .map((line): LogLine => JSON.parse(line)),
    errors: () => errors,
    kill: (signal) => child.kill(signal),
    exit: once(child, 'close').then(([code]) => code),
  }
}

function messagesOf(child: Child): unknown[] {
  return child.lines().map(({ msg }) => msg)
}

async function started(child: Child): Promise<void> {
  await until(() => messagesOf(child).includes('started'))
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s closes everything in reverse and exits with 0',
  async (signal) => {
    const child = startChild('idle')
    await started(child)
    child.kill(signal)
    expect(await child.exit).toBe(0)
    expect(messagesOf(child)).toEqual(['started', 'stopping', 'second closed', 'first closed', 'stopped'])
  },
)

test('a closer that hangs cannot keep the process: the deadline names what is open and exits with 1', async () => {
  const child = startChild('hang')
  await started(child)
  child.kill('SIGTERM')
  expect(await child.exit).toBe(1)
  expect(child.lines().at(-1)).toMatchObject({
    msg: 'shutdown deadline passed',
    open: ['first', 'second', 'idle', 'dead peer'],
  })
})

test('a second signal exits at once', async () => {
  const child = startChild('hang', { SHUTDOWN_GRACE_MS: '60000' })
  await started(child)
  child.kill('SIGTERM')
  await until(() => messagesOf(child).includes('stopping'))
  child.kill('SIGTERM')
  expect(await child.exit).toBe(143)
})

test('SIGHUP reloads what can be reloaded, one failure harms neither the others nor the process', async () => {
  const child = startChild('reload')
  await started(child)
  for (const times of [1, 2]) {
    child.kill('SIGHUP')
    await until(() => messagesOf(child).filter((msg) => msg === 'reload failed').length === times)
  }
  expect(messagesOf(child)).toEqual(['started', 'read again', 'reload failed', 'read again', 'reload failed'])
  child.kill('SIGTERM')
  expect(await child.exit).toBe(0)
})

test('SIGHUP ends a process that has nothing to reload as SIGTERM does', async () => {
  const child = startChild('idle')
  await started(child)
  child.kill('SIGHUP')
  expect(await child.exit).toBe(0)
  expect(messagesOf(child)).toEqual(['started', 'stopping', 'second closed', 'first closed', 'stopped'])
})

test('a reload that comes while everything is being closed does nothing', async () => {
  const life = createLifecycle(createLogBook().log, { graceMs: 5_000 })
  let reloads = 0
  life.onReload('settings', () => (reloads += 1))
  expect([life.reload(), reloads]).toEqual([true, 1])
  const stopped = life.stop('test')
  expect([life.reload(), reloads]).toEqual([true, 1])
  await stopped
})

test('a handle that somebody forgot does not keep the process', async () => {
  const child = startChild('leak')
  await started(child)
  child.kill('SIGTERM')
  expect(await child.exit).toBe(0)
})

test.each([
  ['throw', 'uncaught exception'],
  ['reject', 'unhandled rejection'],
  ['task', 'follower failed'],
  ['no start', 'start failed'],
])(
  '%s: the error is logged, everything is closed, and the process exits with 1',
  async (behaviour, reason) => {
    const child = startChild(behaviour, { KEY: 'a-literal-secret' })
    expect(await child.exit).toBe(1)
    const error = child.lines().find(({ level }) => level === 'error')
    expect(error).toMatchObject({ reason, err: { stack: expect.stringContaining('lifecycle-fixture') } })
    expect(messagesOf(child).slice(-3)).toEqual(['second closed', 'first closed', 'stopped'])
    expect(JSON.stringify(child.lines())).not.toContain('a-literal-secret')
  },
)

test('a bad configuration is told plainly on standard error, with exit code 2', async () => {
  const child = startChild('idle', { PORT: 'x', LOG_LEVEL: 'loud' })
  expect(await child.exit).toBe(2)
  expect(child.errors()).toMatch(/^query-api cannot start.*\n {2}LOG_LEVEL.*\n {2}PORT/)
  expect(child.lines()).toEqual([])
})
