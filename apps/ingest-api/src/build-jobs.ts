import { createTupleWriter, jobVersion } from '@logboom/contracts'
import type { BatchJob, JobCount, JobGap, JobHeader, JobStream, TupleWriter } from '@logboom/contracts'
import { traceFilterOf } from './collect-traces.ts'
import type { AcceptedEntry } from './sort-entries.ts'

/** What all jobs of a batch have in common. */
export type BatchIdentity = Pick<
  JobHeader,
  | 'agent_id'
  | 'batch_id'
  | 'instance'
  | 'batch_number'
  | 'request_id'
  | 'is_awaited'
  | 'created_us'
  | 'read_report'
>

/** A job is one transaction of the writer and one value in Redis: a larger batch becomes several. */
const jobBytesMax = 1_048_576
/** What a row takes beside its texts. */
const rowBytes = 120
const bufferBytesMin = 16_384

/**
 * Cuts the rows of a batch, which are in order of time, into jobs of about 1 MiB; the gaps and the report of how far
 * the sender has read travel with the first.
 * Always at least one job.
 */
export function buildJobs(
  { read_report, ...batch }: BatchIdentity,
  entries: AcceptedEntry[],
  gaps: JobGap[],
  /** Of the rows that a job holds: judged again later, the same body may be cut in other places. */
  jobIdOf: (rows: string, part: number) => string,
): BatchJob[] {
  const chunks = chunkByBytes(entries)
  return chunks.map(({ entries: chunk, bytes }, part) => {
    const writer = createTupleWriter(Math.max(bufferBytesMin, Math.ceil(bytes * 1.25)))
    return {
      header: {
        v: jobVersion,
        job_id: jobIdOf(rangeOf(chunk), part),
        ...batch,
        parts: chunks.length,
        entries: chunk.length,
        min_us: chunk[0]?.time.us ?? null,
        max_us: chunk.at(-1)?.time.us ?? null,
        streams: streamsOf(chunk),
        counts: countsOf(chunk),
        gaps: part === 0 ? gaps : [],
        trace_filter: traceFilterOf(chunk),
        ...(part === 0 && read_report && { read_report }),
      },
      rows: writeRows(writer, chunk),
    }
  })
}

interface Chunk {
  entries: AcceptedEntry[]
  /** About. */
  bytes: number
}

/** Rows of one microsecond stay together: (created_at, time range) then tells the rows of one job from another's. */
function chunkByBytes(entries: AcceptedEntry[]): Chunk[] {
  let chunk: Chunk = { entries: [], bytes: 0 }
  const chunks = [chunk]
  let lastUs = Number.NaN
  for (const entry of entries) {
    const bytes = rowBytes + entry.messageBytes + (entry.attributes?.length ?? 0)
    const { us } = entry.time
    if (chunk.bytes + bytes > jobBytesMax && chunk.bytes > 0 && us !== lastUs) {
      chunk = { entries: [], bytes: 0 }
      chunks.push(chunk)
    }
    chunk.bytes += bytes
    chunk.entries.push(entry)
    lastUs = us
  }
  return chunks
}

function writeRows(writer: TupleWriter, entries: AcceptedEntry[]): Buffer {
  for (const entry of entries) writer.add(entry)
  return writer.take()
}

/** Names the rows of a job: those between the first and the last in order, so many. */
function rangeOf(entries: AcceptedEntry[]): string {
  return `${entries[0]?.id ?? ''} ${entries.at(-1)?.id ?? ''} ${entries.length}`
}

function streamsOf(entries: AcceptedEntry[]): JobStream[] {
  const distinct = new Set<JobStream>()
  for (const { stream } of entries) distinct.add(stream)
  // several of one id, where an agent has too many streams
  return [...new Map([...distinct].map((stream) => [stream.id, stream])).values()]
}

/** Rows by stream, then by a number that stands for class, minute and level. */
function countsOf(entries: AcceptedEntry[]): JobCount[] {
  const byStream = new Map<bigint, Map<number, JobCount>>()
  const counts: JobCount[] = []
  for (const { streamId, stream, retentionClass, time, severity, messageBytes } of entries) {
    const minute = Math.floor(time.us / 60e6)
    const key = (minute * 32_768 + retentionClass) * 32 + (severity ?? 31)
    const ofStream = byStream.get(streamId) ?? new Map<number, JobCount>()
    const sum = ofStream.get(key)
    if (sum) {
      sum.rows += 1
      sum.bytes += messageBytes
      continue
    }
    const count = {
      stream: stream.id,
      retention_class: retentionClass,
      minute,
      severity,
      rows: 1,
      bytes: messageBytes,
    }
    counts.push(count)
    byStream.set(streamId, ofStream.set(key, count))
  }
  return counts
}
