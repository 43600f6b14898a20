import { tracedSpans } from '@logboom/contracts'
import type { StreamSpan, TracedBatch } from '@logboom/db'

/** Where rows with all of the values can be, stream by stream, in disjoint parts. */
export function spansOfBatches(batches: readonly TracedBatch[], hashes: readonly number[]): StreamSpan[] {
  const byStream = new Map<string, StreamSpan[]>()
  for (const { streamIds, minUs, maxUs, filter } of batches) {
    const parts = filter ? tracedSpans(filter, hashes, { minUs, maxUs }) : [{ minUs, maxUs }]
    for (const streamId of streamIds) {
      const spans = byStream.get(streamId) ?? []
      byStream.set(streamId, spans)
      for (const part of parts) spans.push({ streamId, ...part })
    }
  }
  return [...byStream.values()].flatMap(joinOverlapping)
}

function joinOverlapping(spans: StreamSpan[]): StreamSpan[] {
  const joined: StreamSpan[] = []
  for (const span of spans.toSorted((a, b) => a.minUs - b.minUs)) {
    const last = joined.at(-1)
    if (last && span.minUs <= last.maxUs + 1) last.maxUs = Math.max(last.maxUs, span.maxUs)
    else joined.push(span)
  }
  return joined
}
