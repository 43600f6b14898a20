import { parseConfig } from '@logboom/service'
import { expect, test } from 'vitest'
import { AgentConfig } from '../config.ts'
import { createLiveSettings } from './live-settings.ts'

const configOf = (env: Record<string, string> = {}) =>
  parseConfig('agent', AgentConfig, {
    env: {
      AGENT_ID: '018f6f3e-0000-7000-8000-000000000001',
      BROKER_URL: 'https://broker.example.com',
      AGENT_PAK_FILE: '/run/pak',
      ...env,
    },
  })

test('what a part has registered is in force, the rest waits for a restart and stays what it was', () => {
  const live = createLiveSettings(configOf())
  const seen: unknown[] = []
  live.onReload(['MIN_LEVEL', 'BUFFER_SIZE'], ({ MIN_LEVEL, BUFFER_SIZE, SPOOL_DIR }) => {
    return () => seen.push([MIN_LEVEL, BUFFER_SIZE, SPOOL_DIR])
  })
  const next = configOf({ MIN_LEVEL: 'ERROR', SPOOL_DIR: '/elsewhere' })
  expect(live.apply(next)).toEqual({ taken: ['MIN_LEVEL'], needRestart: ['SPOOL_DIR'] })
  expect(seen).toEqual([['ERROR', 100, '/var/lib/logboom-agent']])
  expect(live.current).toMatchObject({ MIN_LEVEL: 'ERROR', SPOOL_DIR: '/var/lib/logboom-agent' })
})

test('when one part cannot take it, none does', () => {
  const live = createLiveSettings(configOf())
  const taken: string[] = []
  live.onReload(['MIN_LEVEL'], () => () => taken.push('rules'))
  live.onReload(['BUFFER_SIZE'], () => {
    throw new Error('too large for this machine')
  })
  const next = configOf({ MIN_LEVEL: 'ERROR', BUFFER_SIZE: '5' })
  expect(() => live.apply(next)).toThrow('too large')
  expect([taken, live.current.MIN_LEVEL, live.current.BUFFER_SIZE]).toEqual([[], 'INFO', 100])
  expect(live.apply(configOf({ MIN_LEVEL: 'ERROR' })).taken).toEqual(['MIN_LEVEL'])
})

test('parts are left alone when nothing of theirs has changed; lists are compared by what they hold', () => {
  const live = createLiveSettings(configOf({ FOLLOW: '/a,/b' }))
  let asked = 0
  live.onReload(['FOLLOW'], () => () => (asked += 1))
  const next = configOf({ FOLLOW: ' /a, /b', MIN_LEVEL: 'WARN' })
  expect(live.apply(next)).toEqual({ taken: [], needRestart: ['MIN_LEVEL'] })
  expect(asked).toBe(0)
})
