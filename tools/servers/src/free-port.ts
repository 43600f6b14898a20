import { createServer } from 'node:net'

// Below the range from which systems take the ports of outgoing connections (Linux 32768, macOS 49152):
// a server that is restarted must find its port free again.
const FIRST = 20_000
const LAST = 32_000
const ATTEMPTS_MAX = 100

/** A TCP port on 127.0.0.1 that nobody listens on now. Two callers may get the same one before either binds it. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST))
    if (await isFree(port)) return port
  }
  throw new Error(`no free port found between ${FIRST} and ${LAST}`)
}

/** The port asked for, or else the one used last time if it is still free, or else any free one. */
export async function choosePort(asked: number | undefined, last: number | undefined): Promise<number> {
  if (asked !== undefined) {
    if (await isFree(asked)) return asked
    throw new Error(`port ${asked} is taken by another process`)
  }
  return last !== undefined && (await isFree(last)) ? last : freePort()
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)))
  })
}
