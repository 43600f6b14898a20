import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { memoryOf } from '@logboom/system'
import type { Figure } from '../figure.ts'
import { openBroker } from '../open-broker.ts'
import type { Part } from '../part.ts'
import { openFollowing } from './measure-agent.ts'
import type { AgentRun } from './measure-agent.ts'

interface Load {
  name: string
  title: string
  linesPerWrite: number
  perSecond?: number
  /** Of each container in one run. */
  lines: number
}

/** Lines one by one are the dearest that there is: each is a write of its own, and the agent looks at all files for them. */
const loadsOf = (isQuick: boolean): readonly Load[] => [
  {
    name: 'bursts',
    title: 'ten lines at a time',
    linesPerWrite: 10,
    perSecond: 10_000,
    lines: isQuick ? 200 : 240,
  },
  {
    name: 'single',
    title: 'line by line',
    linesPerWrite: 1,
    perSecond: isQuick ? 5_000 : 10_000,
    lines: isQuick ? 100 : 200,
  },
  {
    name: 'backlog',
    title: 'a backlog',
    linesPerWrite: 100,
    lines: isQuick ? 600 : 200,
  },
]

const runs = 3

/** One agent that follows the files of 500 containers while they grow, from their bytes to rows in PostgreSQL. */
export const agent: Part = async ({ options, progress }) => {
  const containers = options.quick ? 50 : 500
  const broker = await openBroker(1)
  try {
    progress.step(`agent: ${containers} containers, warming up`)
    const following = await openFollowing(broker, containers)
    await following.measure({ lines: 200, linesPerWrite: 20, name: 'warm' })
    const measured: Record<string, AgentRun[]> = {}
    for (const { name, title, ...load } of loadsOf(options.quick)) {
      const all: AgentRun[] = (measured[name] = [])
      for (let run = 1; run <= runs; run += 1) {
        const one = await following.measure({ ...load, name: `${name}${run}` })
        all.push(one)
        progress.step(
          `agent: ${title}, run ${run} of ${runs}: ${one.cpuPerLine.toFixed(1)} µs per line, ${Math.round(one.linesPerSecond)} lines/s`,
        )
      }
    }
    await following.expectNoSecret()
    const memory = { peak: following.peakBytes(), bare: await bareNodeBytes() }
    return {
      figures: figuresOf(measured, memory, containers),
      details: { runs: measured },
    }
  } finally {
    await broker.close()
  }
}

/** What Node takes before anybody has given it a line of ours. */
async function bareNodeBytes(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  try {
    await once(child, 'spawn')
    await wait(500) // until it has started
    return memoryOf(child.pid ?? 0).peak
  } finally {
    child.kill('SIGKILL')
  }
}

const mebibyte = 2 ** 20

interface Memory {
  peak: number
  bare: number
}

function figuresOf(measured: Record<string, AgentRun[]>, memory: Memory, containers: number): Figure[] {
  return [...processorFigures(measured, containers), ...memoryFigures(memory, containers)]
}

function processorFigures(measured: Record<string, AgentRun[]>, containers: number): Figure[] {
  const of = (name: string, value: (run: AgentRun) => number) => (measured[name] ?? []).map(value)
  return [
    {
      id: 'agent.cpu',
      title: `agent: processor time per line, ${containers} files growing`,
      unit: 'µs',
      values: of('bursts', (run) => run.cpuPerLine),
      bound: { is: 'at most', goal: 25, stretch: 12 },
      note: '10 000 lines/s in all, ten lines of a container at a time',
    },
    {
      id: 'agent.cpu.single',
      title: 'the same, line by line',
      unit: 'µs',
      values: of('single', (run) => run.cpuPerLine),
      note: 'every line a write of its own',
    },
    {
      id: 'agent.cpu.backlog',
      title: 'the same, a backlog',
      unit: 'µs',
      values: of('backlog', (run) => run.cpuPerLine),
    },
    {
      id: 'agent.rate',
      title: 'agent: lines of a backlog, read to stored',
      unit: '/s',
      values: of('backlog', (run) => run.linesPerSecond),
      note: 'the broker and PostgreSQL on the same machine',
    },
  ]
}

function memoryFigures({ peak, bare }: Memory, containers: number): Figure[] {
  return [
    {
      id: 'agent.rss',
      title: `agent: memory at ${containers} containers, its peak over all runs`,
      unit: 'MiB',
      values: [peak / mebibyte],
      bound: { is: 'at most', goal: 128 },
      note: 'resident, from source; the code that it shares with other Node processes is among it',
    },
    {
      id: 'agent.rss.node',
      title: 'of these, Node without a line of ours',
      unit: 'MiB',
      values: [bare / mebibyte],
      note: "node -e 'setInterval(…)'",
    },
  ]
}
