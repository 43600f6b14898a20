import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@logboom/testing'
import { expect } from 'vitest'
import { agentSetting, spawnAgent } from './agent-fixture.ts'
import { startBroker } from './broker-fixture.ts'
import type { Broker, Way } from './broker-fixture.ts'
import { openFakeApiServer } from './sources/kubernetes/fake-api-server-fixture.ts'
import { startFakeKubelet } from './sources/kubernetes/fake-kubelet-fixture.ts'
import type { FakeKubelet } from './sources/kubernetes/fake-kubelet-fixture.ts'
import { kubeconfigFor } from './sources/kubernetes/kubeconfig-fixture.ts'

/** Now and then everything that can go wrong with a request does. */
function unreliable(): Way {
  const dice = Math.random()
  if (dice < 0.1) return { status: 503, headers: { 'Retry-After': '0' } }
  if (dice < 0.2) return 'drop the answer'
  return dice < 0.25 ? 'drop' : 'pass'
}

/** So far the writer runs ahead of the agent. */
const aheadMax = 8_000

/** Writes numbered lines, of both outputs, to three containers that restart now and then, until it is stopped. */
function startWriting(kubelet: FakeKubelet, uids: readonly string[], received: ReadonlySet<string>) {
  const lines: string[] = []
  /** Of the life that each container is in. */
  const firstLines = new Map<string, string>()
  let isStopped = false
  const run = async () => {
    for (let round = 0; !isStopped; round += 1) {
      const uid = uids[round % uids.length] ?? ''
      for (let n = 0; n < 1 + Math.random() * 150; n += 1) {
        const output = Math.random() < 0.5 ? 'stdout' : 'stderr'
        lines.push(`line ${lines.length}${Math.random() < 0.01 ? ' é€😀'.repeat(300) : ''}`)
        const line = lines.at(-1) ?? ''
        kubelet.write(uid, line, { output })
        if (!firstLines.has(uid)) firstLines.set(uid, line)
      }
      if (round % 40 === 39) kubelet.cut()
      // Of two lives that come and go unseen, the first one cannot be had.
      if (round % 31 === 30 && received.has(firstLines.get(uid) ?? '')) {
        kubelet.end(uid, { exitCode: 1 })
        kubelet.run(uid)
        firstLines.delete(uid)
      }
      const hasRoom = () => isStopped || lines.length - received.size < aheadMax
      await until(hasRoom, { what: 'the agent to catch up', timeoutMs: 60_000, intervalMs: 2 })
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const running = run()
  return {
    lines,
    async stop() {
      isStopped = true
      await running
    },
  }
}

export interface KillPlan {
  kills: number
  linesMin: number
}

/**
 * Kills an agent that reads three containers through a fake API server again and again, before a broker that is hard to
 * reach, and holds what the broker has stored against what the containers wrote.
 */
export async function expectKillsLoseNothing({ kills, linesMin }: KillPlan): Promise<void> {
  const [broker, api] = await Promise.all([startBroker(), openFakeApiServer()])
  const kubelet = startFakeKubelet(api)
  const { directory, env: bare } = agentSetting(broker.url, broker.account)
  const kubeconfig = join(directory, 'kubeconfig')
  writeFileSync(kubeconfig, kubeconfigFor(api.url))
  const env = { ...bare, FOLLOW: '', KUBERNETES: 'api', KUBECONFIG: kubeconfig, MIN_LEVEL: 'TRACE' }
  const labels = { 'brokkr.io/agent-id': broker.account.id }
  const uids = ['a', 'b', 'c'].map((name) => api.createPod({ name, labels }).metadata.uid)
  for (const uid of uids) kubelet.run(uid)
  const seen = new Set<string>()
  const lead = (way: () => Way) => {
    broker.lead = ({ messages }) => {
      for (const message of messages) seen.add(message)
      return way()
    }
  }
  lead(unreliable)
  const writing = startWriting(kubelet, uids, seen)
  const busyKills = await killAgain(kills, env, broker, () => writing.lines.length > seen.size)
  lead(() => 'pass')
  const last = spawnAgent(env)
  await until(() => writing.lines.length >= linesMin, { what: 'enough lines', timeoutMs: 60_000 })
  await writing.stop()
  const areStored = async () => (await broker.storedCount()) >= writing.lines.length
  await until(areStored, { what: 'all lines', timeoutMs: 60_000, intervalMs: 300 })
  last.child.kill('SIGTERM')
  expect(await last.exited).toBe(0)

  expect(busyKills).toBeGreaterThanOrEqual(kills * 0.8)
  expect((await broker.stored()).toSorted()).toEqual(writing.lines.toSorted())
  expect(await broker.gaps()).toEqual([])
  await broker.close()
  await api.close()
  rmSync(directory, { recursive: true, force: true })
}

/** Returns how many of the kills came while there were lines that had not been sent. */
async function killAgain(
  kills: number,
  env: Record<string, string>,
  broker: Broker,
  isBusy: () => boolean,
): Promise<number> {
  let busyKills = 0
  for (let kill = 0; kill < kills; kill += 1) {
    const agent = spawnAgent(env)
    const before = broker.attempts.length
    const wanted = 1 + Math.floor(Math.random() * 6)
    await until(() => broker.attempts.length >= before + wanted, {
      what: `push ${wanted}; the agent says ${agent.output()}`,
      timeoutMs: 30_000,
      intervalMs: 1 + Math.floor(Math.random() * 7),
    })
    if (isBusy()) busyKills += 1
    agent.child.kill('SIGKILL')
    await agent.exited
  }
  return busyKills
}
