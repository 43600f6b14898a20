import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent } from 'node:http'
import { gunzipSync, gzipSync } from 'node:zlib'
import { endWithParent, freePort, until } from '@logboom/servers'
import { cpuMicros, memoryOf } from '@logboom/system'
import type { Batch } from '../make-batches.ts'
import { post } from '../push-batches.ts'

/** How to run another system and speak to it. */
export interface Rival {
  id: string
  name: string
  /** Arguments that make it keep its data in `dir` and listen on 127.0.0.1. */
  start: (dir: string, port: number, otherPort: number) => string[]
  readyPath: string
  pushPath: string
  contentType: string
  /** The body that says the same as ours. */
  bodyOf: (lines: readonly Line[], agent: number) => string
}

export interface RivalRun {
  linesPerSecond: number
  cpuPerLine: number
  peakBytes: number
}

/** What makeBatches writes. */
interface Line {
  timestamp: string
  namespace: string
  pod_name: string
  level: string
  message: string
  attributes?: Record<string, string>
}

const connections = 4

/** Pushes the lines to a new process of the rival, which is ended and forgotten afterwards. */
export async function measureRival(rival: Rival, path: string, batches: readonly Batch[]): Promise<RivalRun> {
  const bodies = batches.map((batch) => translate(rival, batch))
  const lines = batches.reduce((sum, batch) => sum + batch.entries, 0)
  const dir = mkdtempSync(join(tmpdir(), `logboom-rival-`))
  const port = await freePort()
  const { command, args } = endWithParent(path, rival.start(dir, port, await freePort()), 'SIGKILL')
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const exited = once(child, 'exit')
  try {
    const url = `http://127.0.0.1:${port}`
    await untilReady(`${url}${rival.readyPath}`, rival.name, () => child.exitCode)
    const pid = child.pid ?? 0
    const cpuBefore = cpuMicros(pid)
    const startedMs = performance.now()
    await pushAll(rival, url, bodies)
    const seconds = (performance.now() - startedMs) / 1000
    return {
      linesPerSecond: lines / seconds,
      cpuPerLine: (cpuMicros(pid) - cpuBefore) / lines,
      peakBytes: memoryOf(pid).peak,
    }
  } finally {
    child.kill('SIGKILL')
    await exited
    rmSync(dir, { recursive: true, force: true })
  }
}

function translate({ bodyOf }: Rival, { body, agent }: Batch): Buffer {
  const { logs } = JSON.parse(gunzipSync(body).toString()) as { logs: Line[] } // of makeBatches
  return gzipSync(bodyOf(logs, agent), { level: 5 })
}

async function untilReady(url: string, name: string, exitCode: () => number | null): Promise<void> {
  const isReady = async () => {
    if (exitCode() !== null) return true
    return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok
  }
  await until(isReady, { what: `${name} to be ready`, timeoutMs: 60_000, intervalMs: 200 })
  if (exitCode() !== null) throw new Error(`${name} ended with ${exitCode()} instead of becoming ready`)
}

/** By the sender that ours get their lines from: a dearer one would take the rival's processor. */
async function pushAll(rival: Rival, url: string, bodies: readonly Buffer[]): Promise<void> {
  const { name, pushPath, contentType } = rival
  const http = new Agent({ keepAlive: true, maxSockets: connections })
  let next = 0
  const pushNext = async () => {
    for (let body = bodies[next++]; body; body = bodies[next++]) {
      const headers = {
        'Content-Type': contentType,
        'Content-Encoding': 'gzip',
        'Content-Length': body.length,
      }
      const { status, text } = await post(http, url + pushPath, headers, body)
      if (status >= 300) throw new Error(`${name} answered ${status}: ${text.slice(0, 200)}`)
    }
  }
  try {
    await Promise.all(Array.from({ length: connections }, pushNext))
  } finally {
    http.destroy()
  }
}

export const loki: Rival = {
  id: 'loki',
  name: 'Loki',
  start(dir, port, grpcPort) {
    const config = join(dir, 'loki.json')
    writeFileSync(config, JSON.stringify(lokiConfig(dir, port, grpcPort)))
    return [`-config.file=${config}`]
  },
  readyPath: '/ready',
  pushPath: '/loki/api/v1/push',
  contentType: 'application/json',
  bodyOf(lines, agent) {
    const streams = Map.groupBy(
      lines,
      ({ namespace, pod_name, level }) => `${namespace} ${pod_name} ${level}`,
    )
    return JSON.stringify({
      streams: [...streams.values()].map((ofStream) => ({
        stream: labelsOf(ofStream[0], agent),
        values: ofStream.map(({ timestamp, message, attributes }) => [
          nanosecondsOf(timestamp),
          message,
          ...(attributes ? [attributes] : []),
        ]),
      })),
    })
  },
}

/** YAML reads JSON. Its limits are lifted, its write-ahead log is on. */
function lokiConfig(dir: string, port: number, grpcPort: number): object {
  const ring = { instance_addr: '127.0.0.1', kvstore: { store: 'inmemory' } }
  const index = { prefix: 'index_', period: '24h' }
  return {
    auth_enabled: false,
    server: {
      http_listen_address: '127.0.0.1',
      http_listen_port: port,
      grpc_listen_address: '127.0.0.1',
      grpc_listen_port: grpcPort,
      log_level: 'error',
    },
    common: { path_prefix: dir, replication_factor: 1, ring },
    schema_config: {
      configs: [{ from: '2024-01-01', store: 'tsdb', object_store: 'filesystem', schema: 'v13', index }],
    },
    storage_config: { filesystem: { directory: join(dir, 'chunks') } },
    ingester: { wal: { enabled: true, dir: join(dir, 'wal') } },
    limits_config: {
      ingestion_rate_mb: 4_096,
      ingestion_burst_size_mb: 8_192,
      per_stream_rate_limit: '4GB',
      per_stream_rate_limit_burst: '8GB',
      max_global_streams_per_user: 0,
      allow_structured_metadata: true,
    },
    analytics: { reporting_enabled: false },
  }
}

export const victoriaLogs: Rival = {
  id: 'victorialogs',
  name: 'VictoriaLogs',
  start: (dir, port) => [
    `-storageDataPath=${dir}`,
    `-httpListenAddr=127.0.0.1:${port}`,
    '-retentionPeriod=7d',
    '-loggerLevel=ERROR',
  ],
  readyPath: '/health',
  pushPath: '/insert/jsonline?_stream_fields=agent,namespace,pod&_time_field=timestamp&_msg_field=message',
  contentType: 'application/stream+json',
  bodyOf: (lines, agent) =>
    lines
      .map(({ timestamp, message, attributes, ...line }) => {
        return `${JSON.stringify({ timestamp, message, ...labelsOf(line, agent), ...attributes })}\n`
      })
      .join(''),
}

function labelsOf(
  line: Pick<Line, 'namespace' | 'pod_name' | 'level'> | undefined,
  agent: number,
): Record<string, string> {
  return {
    agent: `agent-${agent}`,
    namespace: line?.namespace ?? '',
    pod: line?.pod_name ?? '',
    level: line?.level ?? '',
  }
}

/** Since 1970, as text. */
function nanosecondsOf(timestamp: string): string {
  return `${Date.parse(`${timestamp.slice(0, 23)}Z`)}${timestamp.slice(23, 29)}`
}
