import type { CredentialCache, PakRecord } from '@logboom/service'
import { expect, test } from 'vitest'
import { createRevocableCache } from './revocable-cache.ts'

const record: PakRecord = {
  pakId: 'one',
  kind: 'admin',
  agentId: null,
  longHash: '',
  expiresAtMs: null,
  revoked: false,
  scopeAgents: null,
  scopeNamespaces: null,
  agentDeleted: false,
  agentDisabled: false,
  limits: {},
  label: '',
}
const cache: CredentialCache = {
  byShort: async (short) => (short === 'none' ? null : { ...record, pakId: short }),
  byId: async (pakId) => ({ ...record, pakId }),
  knows: (short) => short !== 'none',
}

test('a key that was revoked here is revoked whatever the cache says, and no other', async () => {
  const revocable = createRevocableCache(cache)
  revocable.revoke(['one', 'two'])
  expect(await revocable.byShort('one')).toEqual({ ...record, revoked: true })
  expect(await revocable.byId('two')).toMatchObject({ revoked: true })
  expect(await revocable.byShort('three')).toMatchObject({ revoked: false })
  expect(await revocable.byShort('none')).toBeNull()
  expect([revocable.knows('one'), revocable.knows('none')]).toEqual([true, false])
})

test('what is remembered is bounded, the oldest going first', async () => {
  const revocable = createRevocableCache(cache)
  revocable.revoke(Array.from({ length: 100_001 }, (_, number) => `key-${number}`))
  expect(await revocable.byId('key-0')).toMatchObject({ revoked: false })
  expect(await revocable.byId('key-1')).toMatchObject({ revoked: true })
})
