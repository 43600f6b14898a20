import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'

export interface DockerMetrics {
  /** A log was opened again: its time was over, the connection broke, its frames made no sense, or the engine failed. */
  reopened(cause: 'due' | 'broken' | 'misaligned' | 'engine'): void
  /** Asked for when metrics are read. */
  observe(containers: () => Iterable<{ state: string }>): void
}

export function createDockerMetrics(registry: Registry): DockerMetrics {
  const reopens = new Counter({
    name: 'logboom_agent_docker_reopens_total',
    help: 'Logs of containers that were opened again',
    labelNames: ['cause'],
    registers: [registry],
  })
  let containers: () => Iterable<{ state: string }> = () => []
  const count = (state: string) => [...containers()].filter((it) => it.state === state).length
  const states = new Gauge({
    name: 'logboom_agent_docker_containers',
    help: 'Containers that are followed, by state',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const state of ['reading', 'stopped', 'unreadable', 'away']) states.set({ state }, count(state))
    },
  })
  return {
    reopened: (cause) => reopens.inc({ cause }),
    observe(them) {
      containers = them
    },
  }
}
