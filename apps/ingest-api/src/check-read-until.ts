import {
  cleanText,
  cutBytes,
  fieldBytesMax,
  IdleReadUntil,
  nanosOf,
  parseTimestamp,
  ReadUntil,
} from '@logboom/contracts'
import type { LogTime, ReadReport, RejectedReadUntil } from '@logboom/contracts'
import type { z } from 'zod'
import { clockShiftUs } from './judge-age.ts'
import type { PushClock } from './judge-age.ts'
import type { Push } from './parse-push.ts'

export interface ReadClock extends PushClock {
  futureSkewUsMax: number
}

export interface CheckedReadUntil {
  /** Null when nothing was told, or nothing that can be taken. */
  report: ReadReport | null
  rejected: RejectedReadUntil | null
}

const untold: CheckedReadUntil = { report: null, rejected: null }

/** The report of a push: one that cannot be taken is told of, and spoils nothing else. */
export function checkReadUntil(
  push: Pick<Push, 'readUntil' | 'instance' | 'batchNumber'>,
  clock: ReadClock,
): CheckedReadUntil {
  if (push.readUntil == null) return untold
  if (push.batchNumber === null || push.instance === '')
    return unnumbered('read_until needs Logboom-Instance and Logboom-Batch-Number')
  const parsed = ReadUntil.safeParse(push.readUntil)
  return parsed.success ? toReport(parsed.data, clock) : invalid(faultOf(parsed.error))
}

export interface CheckedIdleReport extends CheckedReadUntil {
  afterBatch: number
}

/** The same of a heartbeat, which has no batch that it could come with. */
export function checkIdleReadUntil(
  { read_until: raw, instance }: { read_until?: unknown; instance?: string | undefined },
  clock: ReadClock,
): CheckedIdleReport {
  if (raw == null) return { ...untold, afterBatch: 0 }
  if (!instance) return { ...unnumbered('read_until needs instance'), afterBatch: 0 }
  const parsed = IdleReadUntil.safeParse(raw)
  if (!parsed.success) return { ...invalid(faultOf(parsed.error)), afterBatch: 0 }
  return { ...toReport(parsed.data, clock), afterBatch: parsed.data.after_batch }
}

function unnumbered(detail: string): CheckedReadUntil {
  return { report: null, rejected: { code: 'read_until_unnumbered', detail } }
}

function invalid(detail: string): CheckedReadUntil {
  return { report: null, rejected: { code: 'read_until_invalid', detail: `read_until${detail}` } }
}

function faultOf({ issues: [issue] }: z.ZodError): string {
  const path = (issue?.path ?? []).map((part) => `.${String(part)}`).join('')
  return `${path}: ${issue?.message.toLowerCase()}`
}

function toReport({ until, behind }: ReadUntil, clock: ReadClock): CheckedReadUntil {
  const untilNs = readUntilNs(until, clock)
  if ('fault' in untilNs) return invalid(`.until: ${untilNs.fault}`)
  const streams: ReadReport['behind'] = []
  for (const [index, one] of (behind ?? []).entries()) {
    const ofStream = readUntilNs(one.until, clock)
    if ('fault' in ofStream) return invalid(`.behind.${index}.until: ${ofStream.fault}`)
    streams.push({
      namespace: textOf(one.namespace, fieldBytesMax.namespace),
      pod_name: textOf(one.pod_name, fieldBytesMax.pod_name),
      container_name: one.container_name ? textOf(one.container_name, fieldBytesMax.container_name) : null,
      until_ns: ofStream.ns,
    })
  }
  return { report: { until_ns: untilNs.ns, behind: streams }, rejected: null }
}

/** As a stream's name would be stored, so that it is found. */
function textOf(text: string, bytesMax: number): string {
  return cutBytes(cleanText(text), bytesMax)
}

/**
 * Judged and shifted as the times of entries are. What lies ahead of our own clock is cut down to it: nobody has read
 * what is yet to be written, and what is noted here is never taken back.
 */
function readUntilNs(text: string | null, clock: ReadClock): { ns: string | null } | { fault: string } {
  if (text === null) return { ns: null }
  const time = parseTimestamp(text)
  if (!time) return { fault: 'must be RFC 3339' }
  if (time.us - (clock.sentUs ?? clock.receivedUs) > clock.futureSkewUsMax)
    return { fault: 'is too far in the future' }
  return { ns: String(nanosOf(withinPast(time, clock))) }
}

function withinPast({ us, ns }: LogTime, clock: ReadClock): LogTime {
  const shiftedUs = us + clockShiftUs(clock)
  if (shiftedUs >= clock.receivedUs) return { us: clock.receivedUs, ns: 0 }
  return shiftedUs < 0 ? { us: 0, ns: 0 } : { us: shiftedUs, ns }
}
