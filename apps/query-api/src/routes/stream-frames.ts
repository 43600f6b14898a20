import { Problem } from '@logboom/contracts'
import { takeOver, upgradeHeadOf } from '@logboom/service'
import type { RequestHandler } from 'express'
import { WebSocketServer } from 'ws'
import { beginFollowing } from '../follow/answer-stream.ts'
import { openWsSink } from '../follow/ws-sink.ts'
import { anySubject } from '../log-subjects.ts'
import type { QueryDeps } from '../query-deps.ts'

/** Clients have nothing to say. */
const frameBytesMax = 1_024

/** Follows entries by WebSocket; everything that can be refused is answered as a problem, before the upgrade. */
export function streamFramesRoute(deps: QueryDeps): RequestHandler {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: frameBytesMax,
    perMessageDeflate: false,
  })
  return async (req, res) => {
    if (!upgradeHeadOf(req)) {
      throw new Problem('upgrade_required', 'ask for an upgrade to WebSocket, at query-api itself', {
        headers: { Upgrade: 'websocket' },
      })
    }
    const begun = await beginFollowing(deps, anySubject, req)
    if (req.socket.destroyed) return begun.release()
    const { socket, head } = takeOver(req, res)
    socket.once('close', begun.release) // also where ws refuses the handshake
    server.handleUpgrade(req, socket, head, (ws) => begun.start(openWsSink(ws)))
  }
}
