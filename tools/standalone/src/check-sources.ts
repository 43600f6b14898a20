import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

type Environment = Record<string, string | undefined>

const usualSocket = 'unix:///var/run/docker.sock'

/** What keeps the engine that `DOCKER_HOST` names from being asked, in words for the terminal; undefined if nothing does. */
export async function findDockerTrouble(env: Environment): Promise<string | undefined> {
  const host = env['DOCKER_HOST'] || usualSocket
  const code = await tryConnect(host)
  if (code === undefined) return undefined
  const at = host.replace(/^unix:\/\//, '')
  if (code === 'EACCES')
    return `you may not use the Docker socket ${at}: sudo usermod -aG docker $USER, log in again and start again`
  return `no Docker engine answers at ${at} (${code}): start it, or say where it is with DOCKER_HOST=unix:///<socket>`
}

/** The same for the cluster of the current context. */
export function findKubernetesTrouble(env: Environment): string | undefined {
  const files = env['KUBECONFIG']?.split(delimiter).filter(Boolean) ?? []
  const paths = files.length > 0 ? files : [join(homedir(), '.kube/config')]
  if (env['KUBERNETES_SERVICE_HOST'] || paths.some((path) => existsSync(path))) return undefined
  return `no kubeconfig at ${paths.join(' or ')}: say where it is with KUBECONFIG=<file>`
}

function tryConnect(host: string): Promise<string | undefined> {
  const url = URL.parse(host)
  const socket =
    url?.protocol === 'unix:'
      ? connect(decodeURIComponent(url.pathname))
      : connect(Number(url?.port || 2375), url?.hostname ?? 'localhost')
  return new Promise((resolve) => {
    const end = (code: string | undefined) => {
      socket.destroy()
      resolve(code)
    }
    socket.setTimeout(2_000, () => end('no answer'))
    socket.once('connect', () => end(undefined))
    socket.once('error', (err) => end('code' in err ? String(err.code) : err.message))
  })
}
