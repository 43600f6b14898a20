import { Problem } from '@logboom/contracts'
import type { Request, RequestHandler, Response } from 'express'

/**
 * For addresses that people come to by a link or a redirect: a problem leads a browser back to the sign-in page, which
 * tells it, and is a problem document for other clients.
 */
export function answerBrowser(answer: (req: Request, res: Response) => Promise<void>): RequestHandler {
  return async (req, res) => {
    try {
      await answer(req, res)
    } catch (err) {
      const isBrowser = req.accepts(['application/json', 'text/html']) === 'text/html'
      if (!isBrowser || !(err instanceof Problem)) throw err
      res.redirect(303, `/signin?error=${err.code}`)
    }
  }
}
