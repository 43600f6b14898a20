import { expect, test } from 'vitest'
import { repeat } from './repeat.ts'

/** Runs a task until it was called so often; what the errors were. */
async function runTimes(times: number, everyMs: number, task: (call: number) => boolean): Promise<unknown[]> {
  const stop = new AbortController()
  const errors: unknown[] = []
  let calls = 0
  const counted = async () => {
    calls += 1
    if (calls === times) stop.abort()
    return task(calls)
  }
  await repeat({ everyMs, retryMs: 1, task: counted, onError: (error) => errors.push(error) }, stop.signal)
  expect(calls).toBe(times)
  return errors
}

test('comes again soon after an error and when the task is not done, and goes on', async () => {
  const errors = await runTimes(4, 3_600_000, (call) => {
    if (call === 2) throw new Error('lost')
    return false
  })
  expect(errors).toEqual([new Error('lost')])
})

test('ends at once when it is stopped while it waits', async () => {
  const stop = new AbortController()
  const ended = repeat(
    { everyMs: 3_600_000, retryMs: 1, task: () => Promise.resolve(true), onError: () => undefined },
    stop.signal,
  )
  stop.abort()
  await expect(ended).resolves.toBeUndefined()
})

test('keeps quiet about the error of a task that was interrupted by the stop', async () => {
  expect(
    await runTimes(1, 1, () => {
      throw new Error('stopped')
    }),
  ).toEqual([])
})
