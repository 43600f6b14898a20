import type { Lifecycle, Logger } from '@logboom/service'
import type { Registry } from 'prom-client'
import type { AgentConfig } from '../../config.ts'
import type { AgentMetrics } from '../../metrics.ts'
import type { Spool } from '../../spool/spool.ts'
import type { LineSink } from '../raw-line.ts'
import type { RunningSource } from '../running-source.ts'
import { openDiscovery } from './open-discovery.ts'
import { openPodReaders } from './open-pod-readers.ts'

export interface KubernetesDeps {
  sink: LineSink
  spool: Pick<Spool, 'positions' | 'printKey'>
  metrics: AgentMetrics
  registry: Registry
  log: Logger
}

/** Starts reading the logs of pods through the API server, as a task that ends when the process is told to stop. */
export function startKubernetes(config: AgentConfig, life: Lifecycle, deps: KubernetesDeps): RunningSource {
  let isSynced = () => false
  let streams: RunningSource['streams'] = () => []
  life.spawn('kubernetes', async (signal) => {
    // Reads that end by themselves are few at a time, and share the connections that are spared for discovery.
    const discovery = await openDiscovery(config, { ...deps, socketsForLogs: config.MAX_FOLLOW_STREAMS })
    const { http } = discovery
    try {
      const cluster = await discovery.clusterUid(signal)
      if (cluster === null) return
      const readers = openPodReaders({
        ...deps,
        http,
        cluster,
        positions: deps.spool.positions,
        printKey: deps.spool.printKey,
        now: Date.now,
        settings: {
          streamsMax: config.MAX_FOLLOW_STREAMS,
          lookbackSeconds: config.LOOKBACK_SECONDS,
          lineBytesMax: config.MAX_LINE_BYTES,
        },
      })
      streams = () => readers.streams()
      const watch = discovery.start(readers, signal)
      isSynced = () => watch.isSynced()
      await Promise.all([readers.run(signal), watch.ended])
    } finally {
      await http.close()
    }
  })
  return { isSynced: () => isSynced(), streams: () => streams() }
}
