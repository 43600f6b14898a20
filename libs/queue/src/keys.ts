import { createHash } from 'node:crypto'

/** BullMQ's queue in every shard; its keys are `{logs-0}:batches:…`. */
export const queueName = 'batches'

const jobIdShape = /^b[0-9a-f]{64}(-\d+)?$/
// Hex digits that both a job id begins with and an agent's shard is computed from.
const seedDigits = 8

/**
 * The id of part `part` of the batch that an agent sent under an idempotency key. BullMQ throws on ids with a
 * colon or of digits only. The first digits depend on the agent alone, so that an id tells its shard.
 */
export function jobIdOf(agentId: string, key: string, part: number): string {
  const batch = digest(`${agentId}\0${key}`).toString('hex').slice(seedDigits)
  return `b${seedOf(agentId)}${batch}${part > 0 ? `-${part}` : ''}`
}

/** The shard, from 0, in which everything about an agent lives. */
export function shardOfAgent(agentId: string, shards: number): number {
  return Number.parseInt(seedOf(agentId), 16) % shards
}

/** The same, from one of the agent's job ids. Throws a TypeError for an id that is not of `jobIdOf`. */
export function shardOfJob(jobId: string, shards: number): number {
  if (!jobIdShape.test(jobId)) throw new TypeError(`not a job id: ${jobId}`)
  return Number.parseInt(jobId.slice(1, 1 + seedDigits), 16) % shards
}

/**
 * A hash tag: Redis Cluster keeps all keys that begin with it on one node, which scripts over several keys
 * need.
 */
export function prefixOf(shard: number): string {
  return `{logs-${shard}}`
}

/**
 * Where the answer to a batch, or the note that it is being accepted, is kept. 128 bits of hash keep it
 * short.
 */
export function answerKey(agentId: string, key: string, shards: number): string {
  return agentKey('a', digest(`${agentId}\0${key}`).toString('base64url').slice(0, 22), agentId, shards)
}

/** Hash: what each instance of the agent may still send. */
export function budgetKey(agentId: string, shards: number): string {
  return agentKey('r', agentId, agentId, shards)
}

/** Hash: the last batch of each instance up to which everything is committed. */
export function committedKey(agentId: string, shards: number): string {
  return agentKey('c', agentId, agentId, shards)
}

/** Sorted set: the streams of the agent that somebody follows, by the time until when. */
export function followKey(agentId: string, shards: number): string {
  return agentKey('f', agentId, agentId, shards)
}

/** What became of a job, for those who wait for it. */
export function outcomeKey(jobId: string, shards: number): string {
  return `${prefixOf(shardOfJob(jobId, shards))}:o:${jobId}`
}

function agentKey(kind: string, name: string, agentId: string, shards: number): string {
  return `${prefixOf(shardOfAgent(agentId, shards))}:${kind}:${name}`
}

function seedOf(agentId: string): string {
  return digest(agentId).toString('hex').slice(0, seedDigits)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
