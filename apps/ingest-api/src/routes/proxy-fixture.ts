import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'

/** A way to a server that can be cut, or frozen as by a firewall that drops everything. */
export async function openProxy() {
  const state = { target: new URL('tcp://127.0.0.1:1'), mode: 'open' as 'open' | 'cut' | 'frozen' }
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    if (state.mode === 'cut') return client.destroy()
    const upstream = connect(Number(state.target.port), state.target.hostname)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('data', (chunk) => state.mode === 'frozen' || to.write(chunk))
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  return {
    through(url: string): string {
      state.target = new URL(url)
      const changed = new URL(url)
      changed.hostname = '127.0.0.1'
      changed.port = String(address.port)
      return changed.href
    },
    freeze: () => void (state.mode = 'frozen'),
    open() {
      state.mode = 'open'
      // what was swallowed is gone: a half-spoken connection is of no use
      for (const socket of sockets) socket.destroy()
    },
    cut() {
      state.mode = 'cut'
      for (const socket of sockets) socket.destroy()
    },
    close: () => server.close(),
  }
}
