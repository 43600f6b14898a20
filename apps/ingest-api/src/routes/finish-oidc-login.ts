import { createAddressLimit } from '@logboom/service'
import type { OidcLogin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { answerBrowser } from '../answer-browser.ts'
import { beginSession } from '../begin-session.ts'
import { loginCookie, readLoginCookie } from '../login-cookie.ts'
import type { RegistryDeps } from '../registry-deps.ts'

type Finished = Awaited<ReturnType<OidcLogin['finish']>>

/**
 * Where the issuer sends the browser back to. The session's cookie is `Strict`: a redirect from here would still count as
 * coming from the issuer, and go without it. So the answer is a page of ours, which goes on by itself.
 */
export function finishOidcLoginRoute(deps: RegistryDeps): RequestHandler {
  const attempts = createAddressLimit({ perSecond: 1, burst: 30 })
  return answerBrowser(async (req, res) => {
    attempts.take(req.ip ?? '') // each may make us ask the issuer
    const sealed = readLoginCookie(req)
    // Once, whatever comes of it.
    res.append('Set-Cookie', loginCookie(req, { value: '', maxAgeSeconds: 0 }))
    const query = req.originalUrl.indexOf('?')
    const answer = new URLSearchParams(query < 0 ? '' : req.originalUrl.slice(query))
    const finished = await deps.login.finish(answer, sealed)
    await beginSession(deps, { req, res, principal: finished.principal, owner: ownerOf(finished) })
    res.type('html').send(pageTo(finished.returnTo))
  })
}

function ownerOf({ principal, issuer }: Finished) {
  const { kind, subject, label } = principal
  return {
    issuer,
    subject: subject.replace(/^oidc:/, ''),
    kind: kind === 'admin' ? kind : ('reader' as const),
    scopeAgents: principal.kind === 'reader' ? principal.agents : null,
    label,
  }
}

function pageTo(path: string): string {
  const to = path.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
  return `<!doctype html><meta charset="utf-8"><title>Logboom</title><meta http-equiv="refresh" content="0;url=${to}"><p><a href="${to}">Go on</a></p>\n`
}
