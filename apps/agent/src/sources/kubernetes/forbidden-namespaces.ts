import type { Logger } from '@logboom/service'
import { pause } from '../../wake-up.ts'
import type { LogMetrics } from './log-metrics.ts'

/** Namespaces in which logs may not be read. */
export interface ForbiddenNamespaces {
  /** Waits before the next attempt; the first time, a warning tells of the namespace. */
  wait(namespace: string, err: Error, signal: AbortSignal): Promise<void>
  /** A log of it was read. */
  allow(namespace: string): void
}

export function createForbiddenNamespaces(
  retryMs: number,
  logMetrics: Pick<LogMetrics, 'forbidden'>,
  log: Logger,
): ForbiddenNamespaces {
  const forbidden = new Set<string>()
  return {
    async wait(namespace, err, signal) {
      if (!forbidden.has(namespace)) {
        forbidden.add(namespace)
        logMetrics.forbidden(forbidden.size)
        log.warn('logs of a namespace may not be read, the role lacks "get" of "pods/log"', {
          namespace,
          reason: err.message,
        })
      }
      await pause(retryMs * (0.9 + Math.random() / 5), signal)
    },
    allow(namespace) {
      if (!forbidden.delete(namespace)) return
      logMetrics.forbidden(forbidden.size)
      log.info('logs of a namespace can be read again', { namespace })
    },
  }
}
