import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { constants, createGzip } from 'node:zlib'
import type { Request, Response } from 'express'

/** A client that takes nothing for so long is not there any more. */
const stallMs = 120_000
/** What has been written gets so long to be taken, where the answer is then cut. */
const cutMs = 5_000

/** Writes an answer as fast as its client takes it, compressed where that is understood; does not end it. */
export async function sendText(req: Request, res: Response, text: AsyncIterable<string>): Promise<void> {
  res.vary('Accept-Encoding')
  res.set('X-Accel-Buffering', 'no') // nginx would gather it
  const pieces = cutWhenStalled(res, text)
  if (req.acceptsEncodings('gzip', 'identity') !== 'gzip') return pipeline(pieces, res, { end: false })
  res.set('Content-Encoding', 'gzip')
  // Flushed after each piece: what was found is not kept back until there is more. Level 1 is the price of reading it.
  return pipeline(pieces, createGzip({ level: 1, flush: constants.Z_SYNC_FLUSH }), res, { end: false })
}

/** Ends an answer so that every client can tell that it is not whole: without the last chunk. */
export async function cutAnswer(res: Response): Promise<void> {
  if (res.closed) return
  const late = setTimeout(() => res.destroy(), cutMs)
  res.socket?.destroySoon()
  await once(res, 'close')
  clearTimeout(late)
}

/** The next piece is asked for when the one before has been taken. */
async function* cutWhenStalled(res: Response, text: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const piece of text) {
    const stalled = setTimeout(() => res.destroy(), stallMs)
    try {
      yield piece
    } finally {
      clearTimeout(stalled)
    }
  }
}
