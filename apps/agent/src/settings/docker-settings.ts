import { z } from 'zod'
import { flag, nameList, whole } from './setting.ts'

/** Containers of a Docker engine, or of one that speaks its API. */
export const dockerSettings = {
  DOCKER: flag(false).describe('Read the logs of containers through the API of their engine'),
  DOCKER_HOST: z
    .string()
    .regex(/^(unix:\/\/\/.+|tcp:\/\/[^/]+\/?)$/, 'must be unix:///path or tcp://host:port')
    .default('unix:///var/run/docker.sock')
    .describe('Where the engine is reached; who may use it owns the host, a proxy that only reads is wiser'),
  DOCKER_SELECTOR: nameList('')
    .transform((parts) => new Map(parts.map((part) => labelOf(part))))
    .describe('Labels that a container must have, all of them: a comma list of `key` or `key=value`'),
  DOCKER_LABELS: nameList('com.docker.compose.project,com.docker.compose.service').describe(
    'Labels of a container that go with its lines',
  ),
  DOCKER_REOPEN_MS: whole(100, 900_000).describe(
    'How long one log is followed before it is opened anew: engines are known to hang',
  ),
  DOCKER_SILENT_MS: whole(100, 180_000).describe(
    'Silence after lines came, upon which a log is opened anew before its time',
  ),
}

function labelOf(part: string): [string, string | null] {
  const at = part.indexOf('=')
  return at < 0 ? [part, null] : [part.slice(0, at), part.slice(at + 1)]
}
