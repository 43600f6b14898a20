import { Problem } from '@logboom/contracts'
import { oidcLoginSeconds, returnPathOf } from '@logboom/service'
import type { RequestHandler } from 'express'
import { loginCookie } from '../login-cookie.ts'
import type { RegistryDeps } from '../registry-deps.ts'
import { answerBrowser } from '../answer-browser.ts'

/** Sends the browser to the issuer, with what it must bring back. */
export function beginOidcLoginRoute({ login }: RegistryDeps): RequestHandler {
  return answerBrowser(async (req, res) => {
    const provider = textOf(req.query['issuer'], 'issuer')
    const returnTo = returnPathOf(textOf(req.query['return_to'] ?? '/', 'return_to'))
    if (returnTo === null) throw badParameter('return_to', 'must be the path of a page of this origin')
    const { url, sealed } = await login.begin({ provider, returnTo })
    res.append('Set-Cookie', loginCookie(req, { value: sealed, maxAgeSeconds: oidcLoginSeconds }))
    res.redirect(302, url)
  })
}

function textOf(value: unknown, name: string): string {
  if (typeof value === 'string') return value
  throw badParameter(name, value === undefined ? 'is needed' : 'may be given once')
}

function badParameter(parameter: string, fault: string): Problem {
  return new Problem('invalid_parameter', `${parameter}: ${fault}`, { members: { parameter } })
}
