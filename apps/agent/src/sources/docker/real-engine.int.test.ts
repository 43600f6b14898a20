import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '@logboom/testing'
import { afterAll, expect, test } from 'vitest'
import { useAgentBench } from '../../agent-bench-fixture.ts'
import { findRealEngine } from './real-engine-fixture.ts'
import type { RealEngine } from './real-engine-fixture.ts'

const directory = mkdtempSync(join(tmpdir(), 'logboom-engine-'))
const dockerHost = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock'
const engine = await findRealEngine(dockerHost, directory)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const bench = useAgentBench()
const script = `i=0; while [ $i -lt 200 ]; do echo "line $i"; echo same >&2; i=$((i+1)); sleep 0.02; done
head -c 40000 /dev/zero | tr '\\0' x; echo; echo end`

const titled =
  typeof engine === 'string'
    ? { title: `a real engine was not asked: ${engine}`, expectHolds: expectNone }
    : {
        title: 'of a container of a real engine every line arrives once, through restarts of the agent',
        expectHolds: () => expectEveryLineOnce(engine),
      }

// Where an engine runs, the agent is held against it; the fake one has its quirks either way.
test.each([titled])('$title', { timeout: 60_000 }, async ({ expectHolds }) => {
  await expectHolds()
})

async function expectNone(): Promise<void> {
  expect(engine).toMatch(/engine/)
}

async function expectEveryLineOnce(real: RealEngine): Promise<void> {
  const id = await real.run(script)
  const env = { FOLLOW: '', DOCKER: 'true', DOCKER_HOST: real.dockerHost, MAX_MESSAGE_LENGTH: '65536' }
  // As a broker stores them: what a restart sends again has the id that it had.
  const lines = () => [
    ...new Map(
      bench.broker.entries().flatMap((entry) => (entry.pod_uid === id ? [[entry.entry_id, entry]] : [])),
    ).values(),
  ]
  try {
    for (const goal of [20, 150, 402]) {
      const agent = await bench.start(env)
      await until(() => lines().length >= goal, { what: `${goal} lines`, timeoutMs: 30_000 })
      await agent.stop()
    }
  } finally {
    await real.remove(id)
  }
  expect(lines()).toHaveLength(402)
  const of = (output: string) => lines().filter((line) => line.output === output)
  const numbered = Array.from({ length: 200 }, (_, n) => `line ${n}`)
  expect(of('stdout').map(({ message }) => message)).toEqual([...numbered, 'x'.repeat(40_000), 'end'])
  expect(of('stderr').map(({ message }) => message)).toEqual(Array(200).fill('same'))
  expect(bench.broker.gaps()).toEqual([])
}
