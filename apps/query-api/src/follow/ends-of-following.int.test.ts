import { once } from 'node:events'
import { connect } from 'node:net'
import { deleteAgent, revokePak } from '@logboom/db'
import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { openQueryApi } from '../query-fixture.ts'
import { openSse } from './follow-fixture.ts'

test('a revoked key ends what it follows, and the others go on', { timeout: 60_000 }, async () => {
  const api = await openQueryApi()
  const agent = await api.createAgent()
  const path = `/api/v1/agents/${agent.id}/logs/stream`
  const revoked = await openSse(api, path, { as: agent.pak })
  const admin = await openSse(api, path)
  await Promise.all([revoked.untilLive(), admin.untilLive()])
  const { rows } = await api.pool.query<{ id: string }>('select id from paks where agent_id = $1', [agent.id])
  const revokedMs = performance.now()
  await revokePak(api.db, { id: rows[0]?.id ?? '', agentId: agent.id })
  await until(() => !revoked.isOpen(), { what: 'the end', timeoutMs: 40_000 })
  expect(performance.now() - revokedMs).toBeLessThan(34_000)
  expect(revoked.events.at(-1)).toMatchObject({ type: 'end', data: { reason: 'credential_expired' } })
  await api.store(agent.id, [{ message: 'for the admin' }])
  await admin.untilMessage('for the admin')
  await admin.close()
  await api.close()
})

test('a service that stops tells its followers, and is not kept by them', async () => {
  const api = await openQueryApi()
  const agent = await api.createAgent()
  const streams = await Promise.all(
    Array.from({ length: 5 }, () => openSse(api, `/api/v1/agents/${agent.id}/logs/stream`)),
  )
  await Promise.all(streams.map((stream) => stream.untilLive()))
  const deaf = connect(Number(new URL(api.url).port), '127.0.0.1')
  deaf.write(
    `GET ${new URL(api.url).pathname}api/v1/logs/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.admin}\r\n\r\n`,
  )
  await once(deaf, 'readable')
  const startedMs = performance.now()
  await api.close()
  expect(performance.now() - startedMs).toBeLessThan(4_000)
  for (const stream of streams) {
    expect(stream.events.at(-1)).toMatchObject({ type: 'end', data: { reason: 'shutting_down' } })
  }
  deaf.destroy()
})

test('the lines of a deleted agent stop at once', async () => {
  const api = await openQueryApi()
  const [agent, other] = [await api.createAgent(), await api.createAgent()]
  const stream = await openSse(api, '/api/v1/logs/stream')
  await stream.untilLive()
  await api.store(agent.id, [{ message: 'before' }])
  await stream.untilMessage('before')
  await api.store(agent.id, [{ message: 'in between' }])
  await deleteAgent(api.db, { id: agent.id })
  await api.store(other.id, [{ message: 'after' }])
  await stream.untilMessage('after')
  const again = await openSse(api, '/api/v1/logs/stream?since=1h')
  await again.untilLive()
  expect(again.messages()).toEqual(['after'])
  await Promise.all([stream.close(), again.close()])
  await api.close()
})

test(
  'a client that reads nothing costs a bounded buffer, and is told exactly what it missed',
  { timeout: 60_000 },
  async () => {
    const api = await openQueryApi({ FOLLOW_BUFFER_BYTES: '1048576' })
    const agent = await api.createAgent()
    const slow = connect(Number(new URL(api.url).port), '127.0.0.1')
    slow.write(
      `GET /api/v1/agents/${agent.id}/logs/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.admin}\r\n\r\n`,
    )
    let text = ''
    slow.on('data', (chunk) => (text += String(chunk)))
    await until(() => text.includes('event: live'), { what: 'live' })
    slow.pause()
    let count = 0
    const batch = async () => {
      const messages = Array.from({ length: 200 }, () => `<${count++}>${'x'.repeat(3_000)}`)
      await api.store(
        agent.id,
        messages.map((message) => ({ message })),
      )
    }
    // more than the kernel takes for a client that does not read
    for (let batches = 0; batches < 40; batches += 1) await batch()
    const watcher = await openSse(api, `/api/v1/agents/${agent.id}/logs/stream?since=1h`)
    await until(() => watcher.entries().length === count, { what: 'the whole of it', timeoutMs: 20_000 })
    await watcher.close()
    slow.resume()
    await until(() => text.includes('event: dropped'), { what: 'what was dropped', timeoutMs: 20_000 })
    await batch()
    await until(() => text.includes(`<${count - 1}>`), { what: 'the newest line', timeoutMs: 20_000 })
    const seen = new Set([...text.matchAll(/<(\d+)>/g)].map(([, number]) => number))
    const dropped = [...text.matchAll(/event: dropped\ndata: (.*)\n/g)].map(
      ([, data]) => JSON.parse(data ?? '{}').count,
    )
    expect(dropped.length).toBeGreaterThan(0)
    expect(seen.size + dropped.reduce((sum, one) => sum + one, 0)).toBe(count)
    slow.destroy()
    await api.close()
  },
)
