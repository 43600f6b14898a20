import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100 // USER_HZ, the same on every Linux that Node runs on

/** Microseconds of processor time that a process and all its living and dead children have used. Linux only. */
export function cpuMicros(pid: number): number {
  const parents = readParents()
  const tree = [pid]
  for (const parent of tree) for (const [child, of] of parents) if (of === parent) tree.push(child)
  return tree.reduce((sum, one) => sum + ticksOf(one, one === pid), 0) * (1e6 / ticksPerSecond)
}

/** Bytes of memory that a process has in use now (resident), and the most that it ever had. */
export function memoryOf(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
  return { now: kilobytes('VmRSS') * 1024, peak: kilobytes('VmHWM') * 1024 }
}

/** A child that has ended is counted by its parent: workers of PostgreSQL come and go. */
function ticksOf(pid: number, withDead: boolean): number {
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fieldsOf(pid).slice(11, 15).map(Number)
  return utime + stime + (withDead ? cutime + cstime : 0)
}

function readParents(): [child: number, parent: number][] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), Number(fieldsOf(Number(name))[1] ?? 0)])
}

/** After the command's name, which may hold anything. */
function fieldsOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return [] // it has ended since it was listed
  }
}
