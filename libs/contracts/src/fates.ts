/**
 * What can become of an entry. Two sums hold at any time, whatever fails:
 * `received = accepted + expired + rejected + replayed` (ingest-api) and
 * `accepted = stored + duplicate + expired + agent_deleted + dead_letter` (writer-worker).
 */
export const ingestFates = ['accepted', 'expired', 'rejected', 'replayed'] as const
export const writerFates = ['stored', 'duplicate', 'expired', 'agent_deleted', 'dead_letter'] as const

export type IngestFate = (typeof ingestFates)[number]
export type WriterFate = (typeof writerFates)[number]

/** How many entries of a batch met which fate at the writer. */
export type BatchOutcome = Record<WriterFate, number>

export const noOutcome: BatchOutcome = {
  stored: 0,
  duplicate: 0,
  expired: 0,
  agent_deleted: 0,
  dead_letter: 0,
}

/** Besides `<field>_missing` and `<field>_invalid`, the reasons for which an entry is not accepted. */
export const rejectReasons = {
  not_an_object: 'the entry is not an object',
  malformed_json: 'the line is not valid JSON',
  field_too_long: 'a field is longer than the contract allows',
  timestamp_in_future: 'the timestamp is too far in the future',
} as const
