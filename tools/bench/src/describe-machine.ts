import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'

export interface Machine {
  when: string
  commit: string
  processor: string
  cores: number
  memoryGiB: number
  kernel: string
  node: string
}

/** Where and of what the figures are. */
export async function describeMachine(): Promise<Machine> {
  const [cpu] = cpus()
  return {
    when: new Date().toISOString(),
    commit: readCommit(),
    processor: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
  }
}

function readCommit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown' // not a clone
  }
}
