import { ServerResponse } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'

/** The bytes that came after the head of a request which asks for another protocol. */
const heads = new WeakMap<IncomingMessage, Buffer>()

/** Undefined for a request that asks for no other protocol. */
export function upgradeHeadOf(req: IncomingMessage): Buffer | undefined {
  return heads.get(req)
}

/**
 * Lets an app answer requests that ask for another protocol as it answers any other: routes, credentials and problems are
 * the same. A route that takes the connection over calls `takeOver`; any other answer closes the connection.
 */
export function answerUpgrades(
  app: RequestListener,
): (req: IncomingMessage, socket: Duplex, head: Buffer) => void {
  return (req, socket, head) => {
    socket.on('error', () => socket.destroy())
    const res = new ServerResponse(req)
    heads.set(req, head)
    res.shouldKeepAlive = false
    res.assignSocket(socket as Socket) // of a server that speaks HTTP, it is one
    res.once('finish', () => socket.end())
    app(req, res)
  }
}

/** The connection of a request that asks for another protocol, which from now on is the caller's. */
export function takeOver(req: IncomingMessage, res: ServerResponse): { socket: Socket; head: Buffer } {
  const { socket } = req
  res.detachSocket(socket)
  return { socket, head: heads.get(req) ?? Buffer.alloc(0) }
}
