import { byteLength, jobVersion } from '@logboom/contracts'
import type { BatchJob, JobCount, JobGap, JobHeader, JobStream } from '@logboom/contracts'
import { traceFilterOf } from './collect-traces.ts'
import type { AcceptedEntry } from './sort-entries.ts'

/** What all jobs of a batch have in common. */
export type BatchIdentity = Pick<
  JobHeader,
  'agent_id' | 'batch_id' | 'instance' | 'batch_number' | 'request_id' | 'created_us'
>

/** A job is one transaction of the writer and one value in Redis: a larger batch becomes several. */
const jobBytesMax = 1_048_576

/**
 * Cuts the rows of a batch, which are in order of time, into jobs of about 1 MiB; the gaps travel with the first.
 * Always at least one job.
 */
export function buildJobs(
  batch: BatchIdentity,
  entries: AcceptedEntry[],
  gaps: JobGap[],
  /** Of the rows that a job holds: judged again later, the same body may be cut in other places. */
  jobIdOf: (rows: string, part: number) => string,
): BatchJob[] {
  const chunks = chunkByBytes(entries)
  return chunks.map((chunk, part) => ({
    header: {
      v: jobVersion,
      job_id: jobIdOf(rangeOf(chunk), part),
      ...batch,
      parts: chunks.length,
      entries: chunk.length,
      min_us: chunk[0]?.us ?? null,
      max_us: chunk.at(-1)?.us ?? null,
      streams: streamsOf(chunk),
      counts: countsOf(chunk),
      gaps: part === 0 ? gaps : [],
      trace_filter: traceFilterOf(chunk),
    },
    rows: Buffer.from(chunk.map((entry) => `${entry.line}\n`).join('')),
  }))
}

/** Rows of one microsecond stay together: (created_at, time range) then tells the rows of one job from another's. */
function chunkByBytes(entries: AcceptedEntry[]): AcceptedEntry[][] {
  const chunks: AcceptedEntry[][] = [[]]
  let bytes = 0
  for (const entry of entries) {
    const lineBytes = byteLength(entry.line) + 1
    const sameTime = chunks.at(-1)?.at(-1)?.us === entry.us
    if (bytes + lineBytes > jobBytesMax && bytes > 0 && !sameTime) {
      chunks.push([])
      bytes = 0
    }
    bytes += lineBytes
    chunks.at(-1)?.push(entry)
  }
  return chunks
}

/** Names the rows of a job: those between the first and the last in order, so many. */
function rangeOf(entries: AcceptedEntry[]): string {
  return `${entries[0]?.id ?? ''} ${entries.at(-1)?.id ?? ''} ${entries.length}`
}

function streamsOf(entries: AcceptedEntry[]): JobStream[] {
  return [...new Map(entries.map(({ stream }) => [stream.id, stream])).values()]
}

function countsOf(entries: AcceptedEntry[]): JobCount[] {
  const counts = new Map<string, JobCount>()
  for (const { stream, count, bytes } of entries) {
    const key = `${stream.id} ${count.retention_class} ${count.minute} ${count.severity}`
    const sum = counts.get(key)
    if (!sum) counts.set(key, { stream: stream.id, ...count, rows: 1, bytes })
    else {
      sum.rows += 1
      sum.bytes += bytes
    }
  }
  return [...counts.values()]
}
