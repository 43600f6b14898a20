import { apiRoutes, fieldPrefixes, problemCatalogue } from '@logboom/contracts'
import type { ApiRoute, ProblemCode, RouteKey } from '@logboom/contracts'
import { cookieNameOf } from '@logboom/service'
import { z } from 'zod'
import { isRepeatable } from '../parse-query.ts'
import { createComponentSchemas } from './component-schemas.ts'
import type { ComponentSchemas, JsonSchema } from './component-schemas.ts'
import { agentOperations } from './describe-agents.ts'
import { linkOperations } from './describe-links.ts'
import { logOperations } from './describe-logs.ts'
import { searchOperations } from './describe-searches.ts'
import { serviceOperations } from './describe-service.ts'
import { signInOperations } from './describe-sign-in.ts'
import type { Answer, Operation } from './operation.ts'

/** A route of the table that is not described here does not compile. */
export const operations: Record<RouteKey, Operation> = {
  ...logOperations,
  ...searchOperations,
  ...agentOperations,
  ...linkOperations,
  ...signInOperations,
  ...serviceOperations,
}

export interface OpenApiDocument {
  openapi: string
  info: Record<string, string>
  tags: { name: string }[]
  /** By path, then by method in lower case. */
  paths: Record<string, Record<string, JsonSchema>>
  components: { schemas: Record<string, JsonSchema>; securitySchemes: JsonSchema }
}

/** The OpenAPI 3.1 document of both APIs, from the schemas that validate. */
export function buildDocument(): OpenApiDocument {
  const components = createComponentSchemas()
  components.schemaOf(ProblemDocument, 'output')
  const paths: OpenApiDocument['paths'] = {}
  for (const route of apiRoutes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    const described = describe(route, operations[`${route.method} ${route.path}` as RouteKey], components) // as apiRoutes has it
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: described }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Logboom',
      version: '1',
      description:
        'Gathers the logs of workloads in many remote clusters: push them, search them, see them go when promised.',
      license: 'Apache-2.0',
    },
    tags: [...new Set(Object.values(operations).map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: components.all(),
      securitySchemes,
    },
  }
}

const securitySchemes: JsonSchema = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A PAK, or a JWT' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: cookieNameOf('session', false),
    description:
      `Of a browser that is signed in; over https its name is \`${cookieNameOf('session', true)}\`. ` +
      "All but GET and HEAD need `X-CSRF-Token` as well, with the session's `csrf_token`.",
  },
}

/** RFC 9457, as every error answers it. */
const ProblemDocument = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().describe('Stable: what to program against'),
    request_id: z.string(),
  })
  .meta({ id: 'Problem' })

const accessText: Record<Operation['access'], string> = {
  public: 'Needs no credential.',
  any: 'For any credential; shows what it may read.',
  admin: 'For admins.',
  agent: 'For the agent itself.',
  'agent or admin': 'For the agent itself and admins.',
  'reader or admin': 'For readers and admins.',
  unscoped: 'For admins and readers without a scope.',
}

function describe(route: ApiRoute, operation: Operation, components: ComponentSchemas): JsonSchema {
  const { summary, description, tag, access, body } = operation
  const parameters = parametersOf(route, operation, components)
  return {
    operationId: `${route.method} ${route.path}`
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_|_$/g, ''),
    summary,
    description: [description, accessText[access]].filter(Boolean).join('\n\n'),
    tags: [tag],
    security: access === 'public' ? [] : [{ bearer: [] }, { session: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: bodyOf(body, components) }),
    responses: responsesOf(route, operation, components),
  }
}

function parametersOf(route: ApiRoute, operation: Operation, components: ComponentSchemas): JsonSchema[] {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', ...(name !== 'name' && { format: 'uuid' }) },
  }))
  const inQuery = Object.entries<z.ZodType>(operation.query?.shape ?? {}).map(([name, field]) => {
    const { description, repeatable: _, ...schema } = components.schemaOf(field, 'input')
    return {
      name,
      in: 'query',
      ...(description !== undefined && { description }),
      ...repeated(field),
      schema,
    }
  })
  const inHeader = Object.entries(operation.headers ?? {}).map(([name, description]) => ({
    name,
    in: 'header',
    description,
    schema: { type: 'string' },
  }))
  return [...inPath, ...inQuery, ...(operation.takesFields ? [fieldParameters] : []), ...inHeader]
}

function repeated(field: z.ZodType): JsonSchema {
  return isRepeatable(field) ? { style: 'form', explode: true } : {}
}

/** Parameters whose names the client makes up are, to OpenAPI, the exploded properties of one object. */
const fieldParameters = {
  name: 'fields',
  in: 'query',
  description: `Any number of ${fieldPrefixes.map((prefix) => `\`${prefix}<key>=<value>\``).join(' and ')}: equal as text; \`attributes.trace_id\` and \`attributes.correlation_id\` are found fastest`,
  style: 'form',
  explode: true,
  schema: {
    type: 'object',
    patternProperties: { [`^(${fieldPrefixes.join('|').replaceAll('.', '\\.')})`]: { type: 'string' } },
    additionalProperties: false,
  },
}

function bodyOf(
  { schema, required, types }: NonNullable<Operation['body']>,
  components: ComponentSchemas,
): JsonSchema {
  const content = (types ?? ['application/json']).map((type) => [
    type,
    { schema: components.schemaOf(schema, 'input') },
  ])
  return { required, content: Object.fromEntries(content) }
}

function responsesOf(
  { method }: ApiRoute,
  { access, answers, problems = [] }: Operation,
  components: ComponentSchemas,
): JsonSchema {
  const responses: JsonSchema = {}
  for (const [status, answer] of Object.entries<Answer>(answers))
    responses[status] = answerOf(answer, components)
  const guards = access === 'public' ? [] : method === 'GET' ? guarded : [...guarded, ...ownPageOnly]
  const codes = [...problems, ...guards, 'internal_error' as const]
  for (const [status, group] of Object.entries(
    Object.groupBy(codes, (code) => problemCatalogue[code].status),
  )) {
    responses[status] = problemOf([...new Set(group)])
  }
  return responses
}

/** With a session's cookie. */
const ownPageOnly: readonly ProblemCode[] = ['csrf_token_missing', 'foreign_origin']

/** What a route with a credential may answer beside its own. */
const guarded: readonly ProblemCode[] = [
  'unauthorized',
  'token_expired',
  'forbidden',
  'too_many_requests',
  'peer_unavailable',
  'unavailable',
]

function answerOf(
  { description, schema, type = 'application/json' }: Answer,
  components: ComponentSchemas,
): JsonSchema {
  if (!schema && type === 'application/json') return { description }
  return {
    description,
    content: { [type]: { schema: schema ? components.schemaOf(schema, 'output') : { type: 'string' } } },
  }
}

function problemOf(codes: readonly ProblemCode[]): JsonSchema {
  const description = codes.map((code) => `\`${code}\`: ${problemCatalogue[code].title}`).join('\n\n')
  return {
    description,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  }
}
