import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, copyFileSync, symlinkSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'

export interface RealEngine {
  dockerHost: string
  /** Runs a shell script in a container; returns its id. */
  run(script: string): Promise<string>
  /** Removes it, and the image. */
  remove(id: string): Promise<void>
}

const shells = ['/bin/busybox', '/usr/bin/busybox']

/**
 * The engine at `unix:///path`, with an image made of nothing but this machine's busybox.
 * @returns why there is none, as text
 */
export async function findRealEngine(dockerHost: string, directory: string): Promise<RealEngine | string> {
  const socketPath = dockerHost.replace('unix://', '')
  if (!existsSync(socketPath)) return `no engine at ${socketPath}`
  const shell = shells.find((path) => existsSync(path))
  if (shell === undefined) return 'an engine, but no busybox of which to make an image'
  let image: string
  try {
    await ask(socketPath, 'GET', '/version')
    const progress = await ask(socketPath, 'POST', '/images/create?fromSrc=-', imageOf(shell, directory))
    image = imageIdOf(progress)
  } catch (err) {
    return `an engine that does not do what it is told: ${String(err)}`
  }
  return {
    dockerHost,
    async run(script) {
      const what = {
        Image: image,
        Cmd: ['/bin/sh', '-c', script],
        HostConfig: { NetworkMode: 'none' },
      }
      const answer = await ask(socketPath, 'POST', '/containers/create', Buffer.from(JSON.stringify(what)))
      const created: unknown = JSON.parse(answer)
      if (typeof created !== 'object' || !created || !('Id' in created)) throw new Error(answer)
      const id = String(created.Id)
      await ask(socketPath, 'POST', `/containers/${id}/start`)
      return id
    },
    async remove(id) {
      await ask(socketPath, 'DELETE', `/containers/${id}?force=1`)
      await ask(socketPath, 'DELETE', `/images/${image}`)
    },
  }
}

/** A tar with a shell in it and no more. */
function imageOf(shell: string, directory: string): Buffer {
  const bin = join(directory, 'image/bin')
  mkdirSync(bin, { recursive: true })
  copyFileSync(shell, join(bin, 'busybox'))
  for (const name of ['sh', 'sleep', 'head', 'tr']) symlinkSync('busybox', join(bin, name))
  return spawnSync('tar', ['-C', join(directory, 'image'), '-c', '.'], { maxBuffer: 64 * 1_048_576 }).stdout
}

/** The last status that the engine tells, a JSON object a line. */
function imageIdOf(progress: string): string {
  const id = /"status":"(?:sha256:)?([0-9a-f]{64})"/.exec(progress)?.[1]
  if (id === undefined) throw new Error(`no image was made: ${progress}`)
  return id
}

async function ask(socketPath: string, method: string, path: string, body?: Buffer): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const type = path.startsWith('/images') ? 'application/x-tar' : 'application/json'
  const headers = { Host: 'docker', 'Content-Type': type, 'Content-Length': body?.length ?? 0 }
  request({ socketPath, method, path, headers, timeout: 60_000 }, (answer) => {
    let text = ''
    answer.setEncoding('utf8')
    answer.on('data', (part: string) => {
      text += part
    })
    answer.on('error', reject)
    answer.on('end', () => {
      const isGood = (answer.statusCode ?? 500) < 300
      if (isGood) resolve(text)
      else reject(new Error(`${answer.statusCode} ${text}`))
    })
  })
    .on('error', reject)
    .end(body)
  return promise
}
