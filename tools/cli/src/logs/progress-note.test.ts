import { describe, expect, test } from 'vitest'
import { namesOf } from '../broker/agent-names.ts'
import { progressNote } from './progress-note.ts'

const ids = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(8))
const agents = namesOf(ids.map((id, n) => ({ id, name: `edge-${n + 1}`, cluster_name: 'c' })))
const until = '2026-01-15T10:30:00.000000000Z'
const lagging = (...lags: (number | null)[]) =>
  lags.map((lag_seconds, n) => ({ agent_id: ids[n] ?? '', complete_until: until, lag_seconds }))
const note = (
  progress: { complete_until: string | null; lags: (number | null)[] },
  { found = 0, asked }: { found?: number; asked?: string } = {},
) =>
  progressNote(
    { complete_until: progress.complete_until, agents: lagging(...progress.lags) },
    { found, until: asked, agents, zone: 'utc' },
  )

describe('no such line and not here yet are different answers', () => {
  test('nothing found says up to when that can be believed', () => {
    expect(note({ complete_until: until, lags: [12] })).toBe('complete until 2026-01-15 10:30:00.000Z\n')
  })

  test('who lags is named, the worst first, and the rest counted', () => {
    expect(note({ complete_until: until, lags: [250, 200, 100, 90, 61] }, { found: 3 })).toBe(
      'complete until 2026-01-15 10:30:00.000Z; agent edge-1 is 4 min behind; agent edge-2 is 3 min behind; agent edge-3 is 2 min behind; 2 more lag, too\n',
    )
  })

  test('an agent that has said nothing makes nothing certain', () => {
    expect(note({ complete_until: null, lags: [null] }, { found: 3 })).toBe(
      'not known to be complete; agent edge-1 has not said how far it has read\n',
    )
  })

  test('lines that were found while nobody lags need no words', () => {
    expect(note({ complete_until: until, lags: [12] }, { found: 3 })).toBe('')
  })

  test('what was asked for ends before anybody lags: it is complete', () => {
    expect(note({ complete_until: until, lags: [250] }, { asked: '2026-01-15T10:30:00+00:00' })).toBe('')
    expect(note({ complete_until: until, lags: [250] }, { asked: '1m' })).not.toBe('')
  })
})
