import { expect, test } from 'vitest'
import { describeProgress } from './describe-progress.ts'

const clock = (time: string) => time.slice(11, 19)
const name = (id: string) => `agent ${id}`

test('an answer says until when it is complete, and which agents are behind', () => {
  const agents = [
    { agent_id: 'a', complete_until: '2026-11-27T12:00:00Z', lag_seconds: 240 },
    { agent_id: 'b', complete_until: '2026-11-27T12:03:58Z', lag_seconds: 2 },
  ]
  expect(describeProgress({ complete_until: '2026-11-27T12:00:00Z', agents }, name, clock)).toEqual({
    tone: 'warning',
    words: 'complete until 12:00:00, 4 min behind',
    detail: 'agent a: 4 min behind\nagent b: 2 s behind',
  })
  expect(
    describeProgress({ complete_until: '2026-11-27T12:03:58Z', agents: agents.slice(1) }, name, clock),
  ).toMatchObject({ tone: 'good', words: 'complete until 12:03:58' })
})

test('an agent that has not said how far it has read is not taken for one that is done', () => {
  const agents = [{ agent_id: 'a', complete_until: null, lag_seconds: null }]
  expect(describeProgress({ complete_until: null, agents }, name, clock)).toMatchObject({ tone: 'warning' })
})
