import { hash } from 'node:crypto'
import type { JobStream, LogTime, RowId } from '@logboom/contracts'

/** What makes a stream a stream; node and labels may change over its life. */
export type StreamIdentity = Omit<JobStream, 'id' | 'node' | 'labels'>

/**
 * The key of a stream: 64 bits of SHA-256 over the agent and the stream's identity, signed as PostgreSQL's bigint is.
 * A hash, so that whoever writes can compute it; ten million streams collide with a probability of 3 in a million.
 */
export function streamIdOf(agentId: string, stream: StreamIdentity): bigint {
  const identity = JSON.stringify([
    agentId,
    stream.namespace,
    stream.pod_name,
    stream.pod_uid,
    stream.container_name,
    stream.deployment_object_id,
    stream.work_order_id,
  ])
  return hash('sha256', identity, 'buffer').readBigInt64BE(0)
}

/**
 * UUIDv8 of a row: 48 bits of milliseconds, 12 bits of the nanoseconds within, 62 bits of SHA-256(agent, entry, ns).
 * The time first keeps the index append-mostly; the agent comes from the credential, so nobody can claim another's ids.
 */
export function rowIdOf(agentId: string, time: LogTime, entryId: string): RowId {
  const us = Math.max(time.us, 0) // a UUID has no sign; before 1970 the hash alone tells rows apart
  const ms = Math.floor(us / 1000)
  const fine = ((us - ms * 1000) * 1000 + time.ns) >> 8
  const high = Math.floor(ms / 2 ** 16)
  const digest = hash('sha256', `${agentId}\0${entryId}\0${time.ns}`, 'latin1')
  const prefix = String.fromCharCode(
    (high >>> 24) & 0xff,
    (high >>> 16) & 0xff,
    (high >>> 8) & 0xff,
    high & 0xff,
    (ms >>> 8) & 0xff,
    ms & 0xff,
    0x80 | (fine >> 8),
    fine & 0xff,
    0x80 | (digest.charCodeAt(0) & 0x3f),
  )
  return (prefix + digest.slice(1, 8)) as RowId // the mark is for the compiler alone
}
