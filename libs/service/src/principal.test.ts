import { Problem } from '@logboom/contracts'
import { expect, test } from 'vitest'
import { canReadAgent, requireAdmin, requireAgentSelf } from './principal.ts'
import type { Principal } from './principal.ts'

const caller = { pakId: null, subject: '', label: '', expiresAtMs: null }
const admin: Principal = { kind: 'admin', ...caller }
const agent: Principal = { kind: 'agent', agentId: 'a', limits: {}, ...caller, pakId: 'p' }
const reader: Principal = { kind: 'reader', agents: ['a'], namespaces: null, ...caller }
const forbidden = expect.objectContaining({ status: 403 })

test('only an admin administrates', () => {
  expect(requireAdmin(admin)).toBe(admin)
  for (const other of [agent, reader]) expect(() => requireAdmin(other)).toThrow(forbidden)
})

test('only the agent itself pushes its logs; an admin acts for it only where that is said', () => {
  expect(requireAgentSelf(agent, 'a')).toBe(agent)
  for (const other of [admin, reader]) expect(() => requireAgentSelf(other, 'a')).toThrow(forbidden)
  expect(() => requireAgentSelf(agent, 'b')).toThrow(forbidden)
  expect(requireAgentSelf(admin, 'a', { adminMay: true })).toBe(admin)
  expect(() => requireAgentSelf(agent, 'b', { adminMay: true })).toThrow(Problem)
})

test('an agent reads itself, a reader its list or all, an admin everything', () => {
  const everything: Principal = { ...reader, agents: null }
  const reads = [admin, agent, reader, everything].map((who) => [
    canReadAgent(who, 'a'),
    canReadAgent(who, 'b'),
  ])
  expect(reads).toEqual([
    [true, true],
    [true, false],
    [true, false],
    [true, true],
  ])
})
