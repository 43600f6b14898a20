import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { formatTimestamp } from '@logboom/contracts'
import type { LogTime } from '@logboom/contracts'
import { nowTime } from '../kubernetes/fake-kubelet-fixture.ts'
import type { ManagedPod } from '../kubernetes/managed-pod.ts'

export interface WriteHow {
  time?: LogTime
  output?: 'stdout' | 'stderr'
  isPart?: boolean
}

/** What a kubelet and a container runtime keep of one container below `/var/log/pods`, and do to it. */
export interface FakePodLogs {
  root: string
  pod: ManagedPod
  /** Of the container's files. */
  directory: string
  /** Of the life that runs. */
  life: number
  path(name: string): string
  write(text: string, how?: WriteHow): void
  /** Bytes as they are, also half a line. */
  writeRaw(bytes: string | Buffer): void
  /** Renames the file away, as the kubelet does; the runtime goes on in the old one until it is told to `reopen`. */
  rotate(how?: { reopens: boolean }): string
  reopen(): void
  /** The runtime did not reopen: the kubelet puts the file back. */
  renameBack(): void
  /** Compresses a rotated file, through a `.tmp`. */
  compress(name: string): void
  /** Compresses all rotated files but the newest, and removes all but the newest so many. */
  tidy(kept: number): void
  nextLife(): void
  copyTruncate(): void
  removePod(): void
  close(): void
}

export function createFakePodLogs(parts: Partial<ManagedPod> = {}): FakePodLogs {
  const pod: ManagedPod = { ...freshPod(), ...parts }
  const root = mkdtempSync(join(tmpdir(), 'logboom-pods-'))
  const podDirectory = join(root, `${pod.namespace}_${pod.name}_${pod.uid}`)
  const directory = join(podDirectory, 'app')
  mkdirSync(directory, { recursive: true })
  let rotations = 0
  /** Where the runtime writes: it has the file open, however it is called. */
  let target = '0.log'
  const logs: FakePodLogs = {
    root,
    pod,
    directory,
    life: 0,
    path: (name) => join(directory, name),
    write(text, { time = nowTime(), output = 'stdout', isPart = false } = {}) {
      logs.writeRaw(`${formatTimestamp(time)} ${output} ${isPart ? 'P' : 'F'} ${text}\n`)
    },
    writeRaw: (bytes) => appendFileSync(logs.path(target), bytes),
    rotate({ reopens } = { reopens: true }) {
      rotations += 1
      const name = `${logs.life}.log.20261121-${String(rotations).padStart(6, '0')}`
      renameSync(logs.path(target), logs.path(name))
      target = name
      if (reopens) logs.reopen()
      return name
    },
    reopen() {
      target = `${logs.life}.log`
      writeFileSync(logs.path(target), '', { flag: 'a' })
    },
    renameBack() {
      renameSync(logs.path(target), logs.path(`${logs.life}.log`))
      target = `${logs.life}.log`
    },
    compress: (name) => compress(logs.path(name)),
    tidy: (kept) => tidy(logs, kept),
    nextLife() {
      logs.life += 1
      logs.reopen()
    },
    copyTruncate: () => truncateSync(logs.path(target)),
    removePod: () => rmSync(podDirectory, { recursive: true, force: true }),
    close: () => rmSync(root, { recursive: true, force: true }),
  }
  logs.reopen()
  return logs
}

function compress(path: string): void {
  if (!existsSync(path)) return
  writeFileSync(`${path}.tmp`, gzipSync(readFileSync(path)))
  renameSync(`${path}.tmp`, `${path}.gz`)
  rmSync(path)
}

function tidy(logs: FakePodLogs, kept: number): void {
  const rotated = readdirSync(logs.directory)
    .filter((name) => /\.log\.\d/.test(name) && !name.endsWith('.tmp'))
    .sort((a, b) => (a < b ? 1 : -1))
  for (const [n, name] of rotated.entries()) {
    if (n >= kept) rmSync(logs.path(name))
    else if (n > 0 && !name.endsWith('.gz') && statSync(logs.path(name)).isFile()) compress(logs.path(name))
  }
}

function freshPod(): ManagedPod {
  return {
    uid: '0f0e3a1c-6a4e-4a30-9b57-0c5c5f2f6f10',
    namespace: 'default',
    name: 'web-0',
    node: 'node-1',
    labels: { app: 'web' },
    deploymentObjectId: null,
    workOrderId: null,
    containers: [
      {
        name: 'app',
        kind: 'app',
        phase: 'running',
        containerId: 'containerd://1',
        restartCount: 0,
        previousContainerId: null,
        mayRestart: true,
      },
    ],
    isTerminating: false,
  }
}
