import { textJobVersion } from '@logboom/contracts'
import type { BatchJob, BatchOutcome } from '@logboom/contracts'
import { jobIdOf } from './keys.ts'
import type { QueueLog } from './queue-log.ts'

/** A job of one line, or of the given rows, which may be any bytes in jobs of this version. */
export function batchJob({ agentId = 'agent', key = 'key', part = 0, rows = 'a line\n' } = {}): BatchJob {
  const jobId = jobIdOf(agentId, key, part)
  return {
    header: {
      v: textJobVersion,
      job_id: jobId,
      agent_id: agentId,
      batch_id: key,
      instance: '',
      batch_number: null,
      parts: 1,
      request_id: 'request',
      created_us: 1_763_000_000_000_000,
      entries: rows.split('\n').length - 1,
      min_us: 1_763_000_000_000_000,
      max_us: 1_763_000_000_000_000,
      streams: [],
      counts: [],
      gaps: [],
    },
    rows: Buffer.from(rows),
  }
}

export function stored(entries: number): BatchOutcome {
  return { stored: entries, duplicate: 0, expired: 0, agent_deleted: 0, dead_letter: 0 }
}

const nothing = () => undefined

export const silentLog: QueueLog = { debug: nothing, info: nothing, warn: nothing, error: nothing }
