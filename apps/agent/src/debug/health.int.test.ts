import { rmSync, writeFileSync } from 'node:fs'
import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { useAgentBench } from '../agent-bench-fixture.ts'
import type { AgentHere } from '../agent-fixture.ts'

const bench = useAgentBench()

async function get(agent: AgentHere, path: string, accept = '*/*') {
  const answer = await fetch(`http://127.0.0.1:${agent.opsPort}${path}`, { headers: { accept } })
  return { status: answer.status, text: await answer.text() }
}

test('/debug/streams shows what is read and how far, and nothing of what the lines say', async () => {
  writeFileSync(bench.logs, 'a line that nobody else should see\nanother\n')
  const agent = await bench.start({}, { ops: true })
  await bench.expectMessages(['a line that nobody else should see', 'another'])
  const read = async () => JSON.parse((await get(agent, '/debug/streams')).text)
  await until(async () => (await read()).streams[0]?.read_until !== null, { what: 'the end of the file' })
  expect(await read()).toMatchObject({
    total: 1,
    streams: [{ kind: 'file', state: 'following', lines: 2, path: bench.logs, pod_name: 'test-host' }],
  })
  const table = await get(agent, '/debug/streams', 'text/plain')
  expect(table.text).toContain(bench.logs)
  expect(table.text).not.toContain('nobody else')
})

test('an agent is ready when it has looked at its files, live meanwhile, and not ready while its spool cannot be written', async () => {
  const agent = await bench.start({}, { ops: true })
  await until(async () => (await get(agent, '/readyz')).status === 200, {
    what: 'readiness',
    timeoutMs: 5_000,
  })
  expect(JSON.parse((await get(agent, '/readyz')).text)).toEqual({
    ready: true,
    checks: { start: 'ok', sources: 'ok', spool: 'ok', broker: 'ok' },
  })
  rmSync(bench.file('spool'), { recursive: true })
  // In the place of the directory, which the agent would make anew.
  writeFileSync(bench.file('spool'), '')
  writeFileSync(bench.logs, 'one\n')
  const spool = async () => JSON.parse((await get(agent, '/readyz')).text).checks.spool
  await until(async () => (await spool()) === 'DEGRADED', { what: 'the broken spool to be told' })
  expect(await get(agent, '/livez')).toEqual({ status: 200, text: 'ok\n' })
  rmSync(bench.file('spool'))
  await until(async () => (await spool()) === 'ok', { what: 'the spool to be mended' })
  await bench.expectMessages(['one'])
})
