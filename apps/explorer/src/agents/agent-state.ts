import type { AgentWithProgress } from '@logboom/contracts'
import { formatDuration } from '../format/format-duration.ts'

export interface AgentState {
  words: string
  tone: 'good' | 'warning' | 'danger' | ''
  /** It should be sending, and is not, or comes late. */
  isStale: boolean
  /** What to do about it. */
  advice: string | undefined
}

/** An agent gives a sign of life each minute, and its lines come sooner than that. */
const silentSeconds = 150
const lateSeconds = 90

type Judged = Pick<AgentWithProgress, 'status' | 'last_seen' | 'lag_seconds'>

/** In one word how an agent does, seen from here. */
export function stateOf({ status, last_seen, lag_seconds }: Judged, nowMs: number): AgentState {
  if (status === 'INACTIVE') {
    return {
      words: 'disabled',
      tone: '',
      isStale: false,
      advice: 'Its pushes are refused until it is enabled.',
    }
  }
  if (last_seen === null) {
    const advice = 'It has never been heard of: start it with its id, its key and the address of this broker.'
    return { words: 'never seen', tone: 'warning', isStale: true, advice }
  }
  const silent = (nowMs - Date.parse(last_seen)) / 1000
  if (silent > silentSeconds) {
    const advice = `Nothing was heard of it for ${formatDuration(Math.round(silent))}: look whether it runs, and whether it reaches this broker.`
    return { words: 'silent', tone: 'danger', isStale: true, advice }
  }
  if (lag_seconds !== null && lag_seconds > lateSeconds) {
    const advice = `It is ${formatDuration(Math.round(lag_seconds))} behind: lines of that time are still on their way.`
    return { words: 'behind', tone: 'warning', isStale: true, advice }
  }
  // Agents that are not ours push without saying how far they have read.
  const words = lag_seconds === null ? 'active' : 'up to date'
  return { words, tone: 'good', isStale: false, advice: undefined }
}
