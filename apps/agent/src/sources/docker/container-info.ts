import { byteLength, cleanText, cutBytes, fieldBytesMax } from '@logboom/contracts'
import { z } from 'zod'
import type { StreamNames } from '../raw-line.ts'
import type { EngineHttp } from './engine-http.ts'

/** What the engine knows of one container, as far as we ask. */
export interface ContainerInfo {
  id: string
  /** Without the slash that engines put before it. */
  name: string
  labels: Record<string, string>
  isRunning: boolean
  /** It has a terminal: its log is one raw stream. */
  hasTerminal: boolean
  logDriver: string
}

const Inspected = z
  .object({
    Id: z.string(),
    Name: z.string(),
    State: z.object({ Running: z.boolean() }),
    Config: z.object({
      Tty: z.boolean().default(false),
      Labels: z.record(z.string(), z.string()).nullish(),
    }),
    HostConfig: z.object({ LogConfig: z.object({ Type: z.string().default('') }).optional() }).optional(),
  })
  .transform(({ Id, Name, State, Config, HostConfig }) => ({
    id: Id,
    name: Name.replace(/^\//, ''),
    labels: Config.Labels ?? {},
    isRunning: State.Running,
    hasTerminal: Config.Tty,
    logDriver: HostConfig?.LogConfig?.Type ?? '',
  }))

/** @throws {EngineError} 404 when it is gone */
export async function inspectContainer(
  http: EngineHttp,
  id: string,
  signal: AbortSignal,
): Promise<ContainerInfo> {
  const { content } = await http.readJson(`/containers/${encodeURIComponent(id)}/json`, {}, signal)
  return Inspected.parse(content)
}

const composeProject = 'com.docker.compose.project'
const composeService = 'com.docker.compose.service'
const deploymentObjectLabel = 'brokkr.io/deployment-object-id'
const workOrderLabel = 'brokkr.io/work-order-id'
const excludeLabel = 'logs.brokkr.io/exclude'

/**
 * A container has no pod: it stands for one itself, with its compose project for the namespace and its service for the
 * container. `kept` names the labels that go with its lines.
 */
export function namesOfContainer(info: ContainerInfo, kept: readonly string[]): StreamNames {
  const { labels, name, id } = info
  const cut = (text: string, bytes: number) => cutBytes(cleanText(text), bytes)
  return {
    namespace: cut(labels[composeProject] || 'docker', fieldBytesMax.namespace),
    podName: cut(name || id, fieldBytesMax.pod_name),
    containerName: cut(labels[composeService] || name || id, fieldBytesMax.container_name),
    podUid: id,
    node: null,
    deploymentObjectId: labels[deploymentObjectLabel] || null,
    workOrderId: labels[workOrderLabel] || null,
    labels: Object.fromEntries(
      kept.flatMap((key) => {
        const value = labels[key]
        const isShort = value !== undefined && byteLength(value) <= fieldBytesMax.label
        return isShort ? [[key, cleanText(value)]] : []
      }),
    ),
  }
}

/** Whether its logs are wanted: all labels of the selector are there, and none that says no. */
export function isSelected(
  { labels, name }: Pick<ContainerInfo, 'labels' | 'name'>,
  selector: ReadonlyMap<string, string | null>,
): boolean {
  const excluded = (labels[excludeLabel] ?? '').split(',').map((part) => part.trim())
  if (excluded.includes('true') || excluded.includes(name)) return false
  return [...selector].every(([key, value]) =>
    value === null ? labels[key] !== undefined : labels[key] === value,
  )
}
