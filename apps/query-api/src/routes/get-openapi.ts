import type { RequestHandler } from 'express'
import type { OpenApiDocument } from '../openapi/build-document.ts'

export function getOpenApiRoute(document: OpenApiDocument): RequestHandler {
  const text = JSON.stringify(document)
  return (_req, res) => {
    res.type('application/json').send(text)
  }
}
