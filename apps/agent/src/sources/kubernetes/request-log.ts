import { formatTimestamp } from '@logboom/contracts'
import { slackSeconds } from '../../identity/seen-lines.ts'
import { readRetryAfter } from '../../shipper/retry-after.ts'
import { pause } from '../../wake-up.ts'
import type { ContainerTask } from './container-task.ts'
import type { ForbiddenNamespaces } from './forbidden-namespaces.ts'
import type { KubeAnswer, KubeHttp, KubeRequest } from './kube-http.ts'
import type { LogMetrics } from './log-metrics.ts'
import type { Permits } from './permits.ts'

export interface LogRequestDeps {
  http: KubeHttp
  logMetrics: LogMetrics
  /** Requests at a time whose answers have not begun, and reads that end by themselves. */
  permits: Permits
  forbidden: ForbiddenNamespaces
  /** How far back the log of a container is read that is met for the first time. */
  lookbackSeconds: number
  /** Until when the API server wants to be left alone, by `performance.now()`. */
  quiet: { untilMs: number }
}

export interface LogQuery {
  isPrevious: boolean
  isFollowed: boolean
  tailLines: number | null
}

/** The API server said no. */
export class LogRefused extends Error {
  readonly status: number
  constructor(status: number, text: string) {
    super(`the API server answered ${status}: ${text}`)
    this.name = 'LogRefused'
    this.status = status
  }
}

/** Asks for a log, from a little before the place where it was left. @throws {LogRefused} */
export async function requestLog(
  task: ContainerTask,
  query: LogQuery,
  deps: LogRequestDeps,
  signal: AbortSignal,
): Promise<KubeAnswer> {
  while (deps.quiet.untilMs > performance.now() && !signal.aborted)
    await pause(deps.quiet.untilMs - performance.now(), signal)
  const request = requestOf(task, query, deps.lookbackSeconds)
  const answer = await deps.http.get(request, signal).catch((err: unknown) => {
    if (!signal.aborted) deps.logMetrics.request('failed')
    throw err
  })
  deps.logMetrics.request(String(answer.status))
  if (answer.status === 200) {
    deps.forbidden.allow(task.source.names.namespace)
    return answer
  }
  const waitMs = readRetryAfter(answer.headers)
  if (answer.status === 429 || (answer.status === 503 && waitMs !== null))
    deps.quiet.untilMs = Math.max(deps.quiet.untilMs, performance.now() + (waitMs ?? 1_000))
  throw new LogRefused(answer.status, await headOf(answer))
}

function requestOf(
  { source, isFreshLife }: ContainerTask,
  query: LogQuery,
  lookbackSeconds: number,
): KubeRequest {
  const { namespace, podName, containerName } = source.names
  const { resumeAt } = source.seen
  return {
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(podName)}/log`,
    query: {
      container: containerName,
      timestamps: true,
      ...(query.isFollowed && { follow: true }),
      ...(query.isPrevious && { previous: true }),
      ...(query.tailLines !== null && { tailLines: query.tailLines }),
      ...(resumeAt === null && { sinceSeconds: lookbackSeconds }),
      ...(resumeAt !== null && !isFreshLife && { sinceTime: wholeSeconds(resumeAt.us) }),
    },
    accept: '*/*',
    // The head of a quiet log comes with its first line.
    ...(query.isFollowed && { answerMs: 0 }),
  }
}

/** The kubelet cuts the time to whole seconds; we do, and leave some for lines that come out of order. */
function wholeSeconds(us: number): string {
  const seconds = Math.floor(us / 1e6) - slackSeconds
  return `${formatTimestamp({ us: seconds * 1e6, ns: 0 }).slice(0, 19)}Z`
}

const textBytesMax = 1_024

async function headOf(answer: KubeAnswer): Promise<string> {
  let text = ''
  try {
    for await (const chunk of answer.body) {
      text += Buffer.from(chunk).toString()
      if (text.length > textBytesMax) break
    }
  } catch {
    // what came is enough
  }
  return messageOf(text.slice(0, textBytesMax))
}

/** The API server wraps what the kubelet says. */
function messageOf(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) return String(parsed.message)
  } catch {
    // the kubelet itself answers in plain text
  }
  return text.trim()
}
