import type { Lifecycle, Logger } from '@logboom/service'
import type { AgentConfig } from '../../config.ts'
import type { Reloadable } from '../../reload/live-settings.ts'
import type { Spool } from '../../spool/spool.ts'
import type { RunningSource, StreamView } from '../running-source.ts'
import { createFileSet, reselect } from './file-set.ts'
import type { FileSet, Followed, WatchOptions } from './file-set.ts'
import type { FollowDeps } from './open-file.ts'
import { watchGlobs } from './watch-globs.ts'

export interface FileSource extends RunningSource {
  set: FileSet
}

/** Follows the files that `FOLLOW` names, also when it comes to name some only while the agent runs. */
export function openFileSource(
  config: AgentConfig,
  life: Lifecycle,
  reading: FollowDeps,
  { spool, log, live }: { spool: Pick<Spool, 'positions'>; log: Logger; live: Reloadable },
): FileSource {
  const set = createFileSet(optionsOf(config), spool.positions, reading, log)
  let isWatching = false
  const watchIfAsked = () => {
    if (isWatching || !config.LOGGING_ENABLED || set.options.globs.length === 0) return
    isWatching = true
    life.spawn('files', (signal) => watchGlobs(set, signal))
  }
  watchIfAsked()
  live.onReload(['FOLLOW', 'FOLLOW_EXCLUDE', 'POLL_INTERVAL_MS', 'ROTATED_QUIET_MS'], (changed) => () => {
    reselect(set, optionsOf(changed))
    watchIfAsked()
  })
  return {
    set,
    isSynced: () => !isWatching || set.looked !== null,
    streams: () => [...set.followed.values()].map(viewOf),
  }
}

function optionsOf(config: AgentConfig): WatchOptions {
  return {
    globs: config.FOLLOW,
    excluded: config.FOLLOW_EXCLUDE,
    pollMs: config.POLL_INTERVAL_MS,
    rotatedQuietMs: config.ROTATED_QUIET_MS,
  }
}

function viewOf({ file, absentAtMs }: Followed): StreamView {
  const state = absentAtMs === null ? 'following' : 'rotated away'
  return { kind: 'file', source: file, state, lines: file.seq, lastLineUs: file.clock.last?.us ?? null }
}
