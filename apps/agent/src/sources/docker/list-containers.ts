import { z } from 'zod'
import type { EngineHttp } from './engine-http.ts'

export interface ListedContainer {
  id: string
  name: string
  labels: Record<string, string>
  isRunning: boolean
}

const Listed = z.array(
  z
    .object({
      Id: z.string(),
      Names: z.array(z.string()).nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
      State: z.string().nullish(),
    })
    .transform(({ Id, Names, Labels, State }) => ({
      id: Id,
      name: (Names?.[0] ?? '').replace(/^\//, ''),
      labels: Labels ?? {},
      isRunning: State === 'running',
    })),
)

/**
 * All containers, also those that do not run: what they wrote last may not have been read. With the time of the engine,
 * in seconds since 1970, from which on events tell what the list does not.
 * @throws {EngineError} or what the connection broke with
 */
export async function listContainers(
  http: EngineHttp,
  signal: AbortSignal,
): Promise<{ containers: ListedContainer[]; atSeconds: number | null }> {
  const { content, atSeconds } = await http.readJson('/containers/json', { all: '1' }, signal)
  return { containers: Listed.parse(content), atSeconds }
}
