import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface CommitProxy {
  /** PostgreSQL as reached through the proxy. */
  url: string
  /** How many commits went unheard so far. */
  readonly lost: number
  /** Of so many further commits, PostgreSQL's answer is thrown away and the connection cut. */
  loseNext(commits: number): void
  close(): void
}

// The message by which node-postgres says COMMIT: Q, its length, the text, a zero.
const COMMIT = Buffer.from('Q\0\0\0\x0bcommit\0')

/** Stands before PostgreSQL, so that a COMMIT can happen without its client hearing of it. */
export async function openCommitProxy(databaseUrl: string): Promise<CommitProxy> {
  const target = new URL(databaseUrl)
  const state = { lost: 0, toLose: 0 }
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect({ port: Number(target.port), host: target.hostname })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined) // the other side is told by the cut
      socket.on('close', () => sockets.delete(socket))
    }
    let isUnheard = false
    client.on('data', (bytes: Buffer) => {
      if (state.toLose > 0 && bytes.includes(COMMIT)) {
        state.toLose -= 1
        isUnheard = true
      }
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      if (!isUnheard) return void client.write(bytes)
      state.lost += 1
      client.destroy()
      upstream.destroy()
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(databaseUrl)
  url.port = String((server.address() as AddressInfo).port) // it listens on TCP
  return {
    url: url.href,
    get lost() {
      return state.lost
    },
    loseNext: (commits) => void (state.toLose = commits),
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
