export type UnavailableReason = 'redis_away' | 'memory'

/**
 * Redis cannot take or tell anything now. Whether the last write arrived is unknown: the sender repeats it.
 */
export class QueueUnavailable extends Error {
  readonly reason: UnavailableReason

  constructor(message: string, reason: UnavailableReason, cause?: unknown) {
    super(message, { cause })
    this.name = 'QueueUnavailable'
    this.reason = reason
  }
}

/** Turns what ioredis and BullMQ reject with into the one error that callers need to know. */
export function unavailable(message: string, cause: unknown): QueueUnavailable {
  if (cause instanceof QueueUnavailable) return cause
  const full = cause instanceof Error && cause.message.startsWith('OOM')
  return new QueueUnavailable(message, full ? 'memory' : 'redis_away', cause)
}

/** The payload of a job cannot be read and never will be. */
export class UndecodableJob extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'UndecodableJob'
  }
}

/** The job was written by a newer release: it waits for a writer of that release. */
export class NewerJob extends Error {
  constructor(version: number) {
    super(`the job has version ${version}, which this writer does not know yet`)
    this.name = 'NewerJob'
  }
}
