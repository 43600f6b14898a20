import { freshMemory } from '../../spool/position.ts'
import type { ContainerTask } from './container-task.ts'
import type { LogMetrics } from './log-metrics.ts'
import type { Step } from './next-step.ts'

/** Turns to another life of a container, of whose log nothing was read. */
export function beginLife(
  task: ContainerTask,
  life: Extract<Step, { do: 'begin current' | 'drain previous' }>,
  { logMetrics }: { logMetrics: LogMetrics },
): void {
  const { source } = task
  source.hold()
  source.containerId = life.containerId
  source.restartCount = life.restartCount
  source.memory = freshMemory()
  task.drainedId = null
  task.isFreshLife = true
  if (!life.missed) return
  task.missing ??= 'missed_restarts'
  logMetrics.missedRestarts(life.missed.lives)
}
