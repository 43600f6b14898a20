import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Random } from './random.ts'

export interface PodLogs {
  /** Every line, as it was said. */
  readonly lines: readonly string[]
  /** How often a file was rotated. */
  readonly rotations: number
  /** Writes on until so many lines are there, at this rate. */
  writeTo(lines: number, perSecond: number): Promise<void>
}

interface Container {
  directory: string
  name: string
  bytes: number
}

/** So many rotated files are kept, as the kubelet keeps them. */
const filesMax = 5
const rotateBytes = 60_000
const turnMs = 20
const compress = promisify(gzip)

/**
 * Containers that write their logs below `dir` as a container runtime does (`/var/log/pods`): a line with time and
 * output, long ones in parts. A file that is full is rotated as the kubelet does: renamed, the one before compressed,
 * the oldest deleted.
 */
export async function writePodLogs(dir: string, containers: number, random: Random): Promise<PodLogs> {
  const all = await Promise.all(Array.from({ length: containers }, (_, index) => createContainer(dir, index)))
  const lines: string[] = []
  const clock = { ms: 0, ns: 0 }
  let rotations = 0

  async function writeOne(container: Container, count: number): Promise<void> {
    const texts = Array.from({ length: count }, () => say(lines, container.name, random))
    const bytes = Buffer.concat(texts.map((text) => recordsOf(text, clock, random)))
    await appendFile(join(container.directory, '0.log'), bytes)
    container.bytes += bytes.length
    if (container.bytes < rotateBytes) return
    rotations += 1
    await rotate(container, rotations)
  }

  return {
    lines,
    get rotations() {
      return rotations
    },
    async writeTo(target, perSecond) {
      const startedMs = performance.now()
      const before = lines.length
      while (lines.length < target) {
        const dueLines = Math.min(target, before + ((performance.now() - startedMs) / 1000) * perSecond)
        while (lines.length < dueLines)
          await writeOne(
            random.pick(all as [Container]),
            Math.min(target - lines.length, random.whole(1, 20)),
          )
        await wait(turnMs)
      }
    },
  }
}

async function createContainer(dir: string, index: number): Promise<Container> {
  const uid = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
  const name = `app-${index}`
  const directory = join(dir, `soak_pod-${index}_${uid}`, name)
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, '0.log'), '')
  return { directory, name, bytes: 0 }
}

function say(lines: string[], name: string, random: Random): string {
  const filler =
    random.next() < 0.02 ? ' é€😀'.repeat(random.whole(50, 900)) : 'x'.repeat(random.whole(0, 120))
  const text =
    `${random.pick(['INFO', 'WARN', 'DEBUG'])} ${name} says line ${lines.length} ${filler}`.trimEnd()
  lines.push(text)
  return text
}

const partBytes = 2_000

/** The records of a line. A runtime cuts long ones wherever its buffer ends, also within a character. */
function recordsOf(text: string, clock: Clock, random: Random): Buffer {
  const bytes = Buffer.from(text)
  const output = random.pick(['stdout', 'stderr'])
  const records: Buffer[] = []
  for (let at = 0; at < bytes.length; at += partBytes) {
    const tag = at + partBytes < bytes.length ? 'P' : 'F'
    const head = Buffer.from(`${stamp(clock, random)} ${output} ${tag} `)
    records.push(head, bytes.subarray(at, at + partBytes), newline)
  }
  return Buffer.concat(records)
}

const newline = Buffer.from('\n')

interface Clock {
  ms: number
  ns: number
}

/** Out of order now and then, as two outputs are, and now and then the same time twice. */
function stamp(clock: Clock, random: Random): string {
  const nowMs = Date.now()
  if (nowMs > clock.ms) Object.assign(clock, { ms: nowMs, ns: 0 })
  else if (random.next() > 0.05) clock.ns += 1
  const lateMs = random.next() < 0.03 ? random.whole(1, 40) : 0
  const time = new Date(clock.ms - lateMs).toISOString().slice(0, -1)
  return `${time}${String(clock.ns % 1_000_000).padStart(6, '0')}Z`
}

async function rotate(container: Container, number: number): Promise<void> {
  const { directory } = container
  const rotated = (await readdir(directory)).filter((name) => name.startsWith('0.log.')).toSorted()
  await rename(join(directory, '0.log'), join(directory, `0.log.20261127-${String(number).padStart(6, '0')}`))
  await writeFile(join(directory, '0.log'), '')
  container.bytes = 0
  const [last] = rotated.filter((name) => !name.endsWith('.gz')).slice(-1)
  if (last !== undefined) await compressFile(join(directory, last))
  for (const name of rotated.slice(0, Math.max(0, rotated.length + 1 - filesMax)))
    await rm(join(directory, name), { force: true })
}

async function compressFile(path: string): Promise<void> {
  await writeFile(`${path}.tmp`, await compress(await readFile(path)))
  await rename(`${path}.tmp`, `${path}.gz`)
  await rm(path)
}
