import type { RequestHandler } from 'express'
import type { OpenApiDocument } from '../openapi/build-document.ts'
import { renderDocs } from '../openapi/render-docs.ts'

export function getDocsRoute(document: OpenApiDocument): RequestHandler {
  const { html, contentSecurityPolicy } = renderDocs(document)
  return (_req, res) => {
    res.set('Content-Security-Policy', contentSecurityPolicy).type('html').send(html)
  }
}
