import { appendFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { agentSetting, spawnAgent } from './agent-fixture.ts'
import { startBroker } from './broker-fixture.ts'
import type { Broker, Way } from './broker-fixture.ts'

const kills = 25

/** Now and then everything that can go wrong with a request does. */
function unreliable(): Way {
  const dice = Math.random()
  if (dice < 0.1) return { status: 503, headers: { 'Retry-After': '0' } }
  if (dice < 0.2) return 'drop the answer'
  if (dice < 0.25) return 'drop'
  if (dice < 0.3) return { status: 429, headers: { 'Retry-After': '0' } }
  return dice < 0.33
    ? { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>log in</html>' }
    : 'pass'
}

/** So far the writer runs ahead of the agent; while that is dead, about two rotations happen. */
const aheadMax = 4_000

/** Writes numbered lines to three files, one of which is rotated by renaming, until it is stopped. */
function startWriting(
  directory: string,
  received: ReadonlySet<string>,
): { lines: string[]; stop: () => Promise<void> } {
  const lines: string[] = []
  let stopped = false
  let rotations = 0
  const run = async () => {
    for (let round = 0; !stopped; round += 1) {
      for (const name of ['app.log', 'b.log', 'c.log']) {
        const batch = Array.from({ length: 1 + Math.floor(Math.random() * 40) }, () => {
          lines.push(
            `${name} ${lines.length}${lines.length > 0 && Math.random() < 0.05 ? ' é€😀'.repeat(200) : ''}`,
          )
          return lines.at(-1)
        })
        // In two writes, so that lines are also seen half written.
        const bytes = Buffer.from(`${batch.join('\n')}\n`)
        const cut = Math.floor(Math.random() * bytes.length)
        appendFileSync(join(directory, name), bytes.subarray(0, cut))
        await setImmediate()
        appendFileSync(join(directory, name), bytes.subarray(cut))
      }
      // What was rotated away before the agent saw the file for the first time is nobody's business.
      const isKnown = received.has('app.log 0')
      if (isKnown && round % 25 === 24) rotate(join(directory, 'app.log'), (rotations += 1))
      const hasRoom = () => stopped || lines.length - received.size < aheadMax
      await until(hasRoom, { what: 'the agent to catch up', timeoutMs: 60_000, intervalMs: 2 })
    }
  }
  const running = run()
  return {
    lines,
    async stop() {
      stopped = true
      await running
    },
  }
}

/** As logrotate does, but it keeps all. */
function rotate(path: string, generation: number): void {
  for (let number = generation - 1; number > 0; number -= 1)
    renameSync(`${path}.${number}`, `${path}.${number + 1}`)
  renameSync(path, `${path}.1`)
}

function expectIdenticalRepeats({ attempts }: Broker): void {
  const bodies = Map.groupBy(attempts, ({ key }) => key)
  for (const repeats of bodies.values())
    expect(new Set(repeats.map(({ body }) => body.toString('base64'))).size).toBe(1)
}

/** Redis forgets what it has answered; the writer was held, so that most of it is not committed. */
async function forget({ system }: Broker): Promise<void> {
  await system.lookRedis.flushall()
  system.writers[0].thaw()
}

test('killed at any moment, by a broker that commits late and now and then loses what it has not, every line is stored once, and a batch is repeated only as it was', async () => {
  const broker = await startBroker()
  const { directory, env } = agentSetting(broker.url, broker.account)
  const seen = new Set<string>()
  const lead = (way: () => Way) => {
    broker.lead = ({ messages }) => {
      for (const message of messages) seen.add(message)
      return way()
    }
  }
  lead(unreliable)
  const writing = startWriting(directory, seen)
  let busyKills = 0
  for (let kill = 0; kill < kills; kill += 1) {
    const agent = spawnAgent({ ...env, PARTIAL_LINE_MS: '60000' })
    const before = broker.attempts.length
    const wanted = 1 + Math.floor(Math.random() * 6)
    await until(() => broker.attempts.length >= before + wanted, {
      what: `push ${wanted}; the agent says ${agent.output()}`,
      timeoutMs: 30_000,
      intervalMs: 1 + Math.floor(Math.random() * 7),
    })
    if (writing.lines.length > seen.size) busyKills += 1
    agent.child.kill('SIGKILL')
    // It lived until then.
    expect({ code: await agent.exited, output: agent.output() }).toMatchObject({ code: null })
    if (kill % 5 === 2) broker.system.writers[0].freeze()
    if (kill % 5 === 4) await forget(broker)
  }
  await writing.stop()
  lead(() => 'pass')
  const last = spawnAgent({ ...env, COMMIT_TIMEOUT_SECONDS: '1' })
  const areStored = async () => {
    const missing = writing.lines.length - (await broker.storedCount())
    if (missing <= 0) return true
    throw new Error(`${missing} lines are missing; the agent says ${last.output()}`)
  }
  await until(areStored, { what: 'all lines', timeoutMs: 60_000, intervalMs: 200 })
  last.child.kill('SIGTERM')
  expect(await last.exited).toBe(0)

  // A kill counts when there were lines that had not been sent.
  expect(busyKills).toBeGreaterThanOrEqual(20)
  expectIdenticalRepeats(broker)
  expect((await broker.stored()).toSorted()).toEqual(writing.lines.toSorted())
  expect(await broker.gaps()).toEqual([])
  await broker.close()
  rmSync(directory, { recursive: true, force: true })
}, 300_000)
