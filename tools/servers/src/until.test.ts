import { describe, expect, test } from 'vitest'
import { until } from './until.ts'

describe('until', () => {
  test('returns the first truthy value of the condition', async () => {
    let calls = 0
    expect(await until(() => (++calls === 3 ? 'third' : ''), { what: 'the third call', intervalMs: 1 })).toBe(
      'third',
    )
    expect(calls).toBe(3)
  })

  test('takes a condition that throws for one that is not met yet', async () => {
    let calls = 0
    const condition = async () => {
      if (++calls < 3) throw new Error('not yet')
      return calls
    }
    expect(await until(condition, { what: 'three calls', intervalMs: 1 })).toBe(3)
  })

  test('fails with what it waited for and what it saw last', async () => {
    await expect(until(() => 0, { what: 'a row', timeoutMs: 20, intervalMs: 5 })).rejects.toThrow(
      'waited 20 ms for a row; last seen: 0',
    )
    const broken = () => Promise.reject(new Error('refused'))
    await expect(until(broken, { what: 'a connection', timeoutMs: 20, intervalMs: 5 })).rejects.toThrow(
      /a connection; .*refused/,
    )
  })

  test('keeps its deadline when the condition never settles', async () => {
    const never = () => new Promise<boolean>(() => undefined)
    await expect(until(never, { what: 'an answer', timeoutMs: 20 })).rejects.toThrow(
      'waited 20 ms for an answer',
    )
  })
})
