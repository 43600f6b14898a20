import { apiRoutes, problemCatalogue } from '@logboom/contracts'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { buildDocument } from './build-document.ts'
import { renderDocs } from './render-docs.ts'

const document = buildDocument()
const text = JSON.stringify(document)

const Schema = z.record(z.string(), z.unknown())
const Content = z.record(z.string(), z.strictObject({ schema: Schema }))

/** OpenAPI 3.1, as far as this document makes use of it. */
const OpenApi = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d$/),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  tags: z.array(z.strictObject({ name: z.string() })),
  paths: z.record(
    z.string().startsWith('/'),
    z.partialRecord(
      z.enum(['get', 'post', 'put', 'patch', 'delete']),
      z.strictObject({
        operationId: z.string().regex(/^\w+$/),
        summary: z.string().min(1),
        description: z.string().min(1),
        tags: z.array(z.string()).length(1),
        security: z.array(z.record(z.string(), z.array(z.string()))),
        parameters: z
          .array(
            z.strictObject({
              name: z.string(),
              in: z.enum(['path', 'query', 'header']),
              required: z.boolean().optional(),
              description: z.string().optional(),
              style: z.literal('form').optional(),
              explode: z.literal(true).optional(),
              schema: Schema,
            }),
          )
          .optional(),
        requestBody: z.strictObject({ required: z.boolean(), content: Content }).optional(),
        responses: z.record(
          z.string().regex(/^[1-5]\d\d$/),
          z.strictObject({ description: z.string().min(1), content: Content.optional() }),
        ),
      }),
    ),
  ),
  components: z.strictObject({
    schemas: z.record(z.string().regex(/^\w+$/), Schema),
    securitySchemes: Schema,
  }),
})

test('it is an OpenAPI 3.1 document', () => expect(OpenApi.safeParse(document).error).toBeUndefined())

test('every route of both APIs is in it, and no other', () => {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const routes = apiRoutes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
  expect(described.toSorted()).toEqual(routes.toSorted())
})

test('each reference leads somewhere, and each operation has a name of its own', () => {
  const names = Object.keys(document.components.schemas)
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) expect(names).toContain(name)
  expect(text).not.toContain('$defs')
  for (const schema of Object.values(document.components.schemas)) expect(schema).toHaveProperty('type')
  const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id)
  expect(new Set(ids).size).toBe(apiRoutes.length)
})

test('each parameter of a path is declared', () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const operation of Object.values(methods)) {
      const parameters = z
        .array(z.object({ name: z.string(), in: z.string() }))
        .parse(operation['parameters'] ?? [])
      const declared = parameters.filter((one) => one.in === 'path').map(({ name }) => name)
      expect(declared).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
    }
  }
})

test('every problem of the catalogue that a route can answer is said where', () => {
  const nowhere = Object.keys(problemCatalogue).filter((code) => !text.includes(`\`${code}\``))
  // These are about a request as a whole, before it belongs to a route.
  expect(nowhere).toEqual(['method_not_allowed', 'headers_too_large'])
})

test('the page shows every route and needs nothing but itself', () => {
  const { html, contentSecurityPolicy } = renderDocs(document)
  for (const path of Object.keys(document.paths)) expect(html).toContain(path)
  expect(html).not.toMatch(/<script|<link|<img|https?:\/\/|javascript:|\son\w+=/i)
  expect(contentSecurityPolicy).toContain("default-src 'none'")
})

test('the page shows markup in a document as text', () => {
  const evil = '<script>alert(1)</script>"\''
  const { html } = renderDocs({ ...document, info: { title: evil, version: '1', description: evil } })
  expect(html).not.toContain('<script>')
})
