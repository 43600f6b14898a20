import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'

interface ObservedContainer {
  isUnreadable: boolean
  waiting: ReadonlyMap<string, unknown>
}

export interface PodFileMetrics {
  /** A part of a line that was joined to another. */
  joinedParts(count: number): void
  /** A line whose end did not come in time, sent as far as it goes. */
  cutLine(): void
  /** A line of a file that is of no known format. */
  unknownLine(): void
  /** A file that was found again: by its inode, or in its compressed copy. */
  resumed(how: 'plain' | 'compressed' | 'missing'): void
  /** A deleted file was closed that had unread bytes. */
  released(): void
  /** Asked for when metrics are read. */
  observe(containers: () => Iterable<ObservedContainer>): void
}

export function createPodFileMetrics(registry: Registry): PodFileMetrics {
  const counter = <T extends string>(name: string, help: string, ...labelNames: T[]): Counter<T> =>
    new Counter({ name: `logboom_agent_${name}`, help, labelNames, registers: [registry] })
  const parts = counter('pod_file_parts_total', 'Parts of long lines that were joined')
  const cut = counter('pod_file_cut_lines_total', 'Lines whose end did not come in time')
  const unknown = counter('pod_file_unknown_lines_total', 'Lines of log files that are of no known format')
  const resumes = counter(
    'pod_file_resumes_total',
    'Files in which reading went on, by how they were found',
    'how',
  )
  const released = counter('pod_file_released_total', 'Deleted files that were closed with bytes unread')
  let containers: () => Iterable<ObservedContainer> = () => []
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `logboom_agent_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value())
      },
    })
  gauge('pod_file_waiting_files', 'Files that wait until those before them are read', () =>
    [...containers()].reduce((sum, { waiting }) => sum + waiting.size, 0),
  )
  gauge('pod_file_containers', 'Containers whose files are read', () => [...containers()].length)
  gauge(
    'pod_file_unreadable_containers',
    'Containers whose files cannot be read',
    () => [...containers()].filter(({ isUnreadable }) => isUnreadable).length,
  )
  return {
    joinedParts: (count) => parts.inc(count),
    cutLine: () => cut.inc(),
    unknownLine: () => unknown.inc(),
    resumed: (how) => resumes.inc({ how }),
    released: () => released.inc(),
    observe(them) {
      containers = them
    },
  }
}
