import { ConfigError } from '@logboom/service/config'
import type { Lifecycle, Logger } from '@logboom/service'
import type { AgentConfig } from '../config.ts'
import type { AgentMetrics } from '../metrics.ts'
import type { LiveSettings } from './live-settings.ts'
import { watchFile } from './watch-file.ts'

export interface ConfigOrigin {
  /** Reads the whole configuration anew. @throws {ConfigError} */
  read: () => AgentConfig
  /** The file that is watched; undefined where there is none. */
  file: string | undefined
}

export interface ReloadDeps {
  live: LiveSettings
  metrics: AgentMetrics
  log: Logger
}

/** Has the agent take its configuration anew when its file changes and at SIGHUP. */
export function keepConfigFresh(origin: ConfigOrigin, life: Lifecycle, deps: ReloadDeps): void {
  const onChange = () => reloadConfig(origin, deps)
  // It may have changed since it was read to start with.
  const onWatching = () => reloadConfig(origin, deps, { onlyNews: true })
  life.onReload('configuration', onChange)
  const { file } = origin
  if (file !== undefined)
    life.spawn('config file', (signal) => watchFile(file, { onWatching, onChange }, signal))
}

/** Reads, checks and applies the whole of it; with a fault anywhere, everything stays as it was and one line says so. */
function reloadConfig(
  { read }: ConfigOrigin,
  { live, metrics, log }: ReloadDeps,
  { onlyNews = false } = {},
): void {
  try {
    const { taken, needRestart } = live.apply(read())
    if (onlyNews && taken.length === 0 && needRestart.length === 0) return
    metrics.reloaded(taken.length > 0 ? 'applied' : 'unchanged')
    if (needRestart.length > 0) log.warn('changed settings need a restart', { settings: needRestart })
    if (taken.length > 0 || needRestart.length === 0) log.info('configuration read again', { taken })
  } catch (err) {
    metrics.reloaded('refused')
    const faults = err instanceof ConfigError ? { faults: err.faults } : { err }
    log.error('the new configuration was refused, the old one stays in force', faults)
  }
}
