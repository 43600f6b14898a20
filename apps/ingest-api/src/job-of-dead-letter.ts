import { byteLength, decodeRow, parseTimestamp, Problem, textJobVersion } from '@logboom/contracts'
import type { BatchJob } from '@logboom/contracts'
import type { FoundDeadLetter } from '@logboom/db'
import { jobIdOf } from '@logboom/queue'
import { traceFilterOf } from './collect-traces.ts'

/** A job of this one entry, as it would have come in a batch of its own. The same letter always gives the same job. */
export function jobOfDeadLetter(letter: FoundDeadLetter, requestId: string): BatchJob {
  const { stream } = letter
  const row = decodeRow(letter.rowText)
  const us = parseTimestamp(row.timestamp ?? '')?.us
  if (us === undefined || stream === null)
    throw new Problem('conflict', 'what was stored is damaged: it can only be deleted')
  const count = {
    stream: stream.id,
    retention_class: letter.retentionClass,
    minute: Math.floor(us / 60e6),
    severity: row.severity === null ? null : Number(row.severity),
    rows: 1,
    bytes: byteLength(row.message ?? ''),
  }
  return {
    header: {
      v: textJobVersion,
      job_id: jobIdOf(letter.agentId, `dead letter ${letter.id}`, 0),
      agent_id: letter.agentId,
      batch_id: letter.batchId,
      // it has no place among the numbered batches of its agent: that one counts as committed already
      instance: '',
      batch_number: null,
      parts: 1,
      request_id: requestId,
      created_us: letter.createdUs,
      entries: 1,
      min_us: us,
      max_us: us,
      streams: [stream],
      counts: [count],
      gaps: [],
      trace_filter: traceFilterOf([{ time: { us }, attributes: row.attributes }]),
    },
    rows: Buffer.from(`${letter.rowText}\n`),
  }
}
