import { apiIntro } from './api-intro.ts'
import { curlExample } from './example.ts'
import { listOf, recordOf, textOf } from './json.ts'
import type { Json } from './json.ts'
import { anchorOf, code, table } from './markdown.ts'
import { fieldTable, meaningOf, typeText } from './render-schema.ts'

/** Of an OpenAPI document, what is shown. */
export interface ApiDocument {
  tags: { name: string }[]
  /** By path, then by method in lower case. */
  paths: Record<string, Record<string, Json>>
  components: { schemas: Record<string, Json> }
}

interface Route {
  method: string
  path: string
  operation: Json
}

/** The reference of all routes, by area, and of the objects that they speak of. */
export function renderApi(document: ApiDocument): string {
  const routes = routesOf(document)
  const { schemas } = document.components
  const filters = createFilterTables()
  const areas = document.tags.map(({ name }) => ({
    name,
    routes: routes.filter(({ operation }) => listOf(operation['tags']).includes(name)),
  }))
  return [
    apiIntro(),
    `## Routes\n\n${areas.map(({ name, routes: ofArea }) => contents(name, ofArea)).join('\n')}`,
    ...areas.map(
      ({ name, routes: ofArea }) =>
        `## ${name}\n\n${ofArea.map((route) => renderRoute(route, schemas, filters)).join('\n')}`,
    ),
    `## Objects\n\n${Object.entries(schemas).map(renderObject).join('\n')}`,
  ].join('\n')
}

function routesOf({ paths }: ApiDocument): Route[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
}

function contents(name: string, routes: Route[]): string {
  const lines = routes.map(({ method, path, operation }) => {
    const heading = `${method} ${path}`
    return `- [${code(heading)}](#${anchorOf(heading)}) ${textOf(operation['summary'])}`
  })
  return `**${name}**\n\n${lines.join('\n')}\n`
}

function renderRoute({ method, path, operation }: Route, schemas: Json, filters: FilterTables): string {
  const { summary, description, requestBody } = operation
  const parameters = listOf(operation['parameters']).map(recordOf)
  const parts = [
    `### ${method} ${path}`,
    `**${textOf(summary)}.** ${textOf(description)}`,
    '```sh\n' + curlExample(method, path, operation, schemas) + '\n```',
    filters.render(`${method} ${path}`, parameters),
    requestBody !== undefined && bodyText(recordOf(requestBody)),
    answersText(recordOf(operation['responses'])),
  ]
  return `${parts.filter(Boolean).join('\n\n')}\n`
}

interface FilterTables {
  render(heading: string, parameters: Json[]): string
}

/** The many filters of a search stand at the first route that takes them; the others point there. */
function createFilterTables(): FilterTables {
  const firstWith = new Map<string, string>()
  return {
    render(heading, parameters) {
      const filters = parameters.filter((parameter) => parameter['in'] === 'query')
      const key = JSON.stringify(filters)
      const first = firstWith.get(key)
      if (first === undefined) firstWith.set(key, heading)
      if (parameters.length === 0) return ''
      if (first === undefined || filters.length < 5) return parameterTable(parameters)
      const others = parameters.filter((parameter) => parameter['in'] !== 'query')
      const pointer = `Takes the same filters as [${code(first)}](#${anchorOf(first)}).`
      return others.length > 0 ? `${parameterTable(others)}\n\n${pointer}` : pointer
    },
  }
}

function parameterTable(parameters: Json[]): string {
  const rows = parameters.map(({ name, in: place, required, schema, description }) => {
    const { default: preset } = recordOf(schema)
    const type = name === 'fields' ? 'text' : typeText(schema)
    const shown = name === 'fields' ? '`attributes.<key>`, `labels.<key>`' : code(String(name))
    return [
      shown,
      `${String(place)}${required === true ? ', required' : ''}`,
      type,
      meaningOf(description, preset),
    ]
  })
  return table(['Parameter', 'In', 'Type', ''], rows)
}

function bodyText({ required, content }: Json): string {
  const media = Object.entries(recordOf(content))
  const types = media.map(([type]) => code(type)).join(' or ')
  const schema = recordOf(media[0]?.[1])['schema']
  return `Body${required === true ? '' : ' (may be left out)'}: ${typeText(schema)} as ${types}.`
}

/** Successes in words, errors as their codes: each stands once in the table of the introduction. */
function answersText(responses: Json): string {
  const lines = Object.entries(responses).map(([status, value]) => {
    const { description, content } = recordOf(value)
    const [type, media] = Object.entries(recordOf(content))[0] ?? []
    if (type === 'application/problem+json') {
      const codes = [...textOf(description).matchAll(/^`(\w+)`/gm)].map(([, name = '']) => code(name))
      return { isError: true, text: `${status} ${codes.join(', ')}` }
    }
    return {
      isError: false,
      text: `**${status}** ${textOf(description).replace(/\.$/, '')}${shapeText(type, recordOf(media)['schema'])}`,
    }
  })
  const good = lines.filter(({ isError }) => !isError).map(({ text }) => text)
  const bad = lines.filter(({ isError }) => isError).map(({ text }) => text)
  return `Answers ${good.join('; ')}\n\nErrors: ${bad.join(' · ')}`
}

/** A list route answers a page of named things: its field and what is in it say more than an object without a name. */
function shapeText(type: string | undefined, schema: unknown): string {
  if (type === undefined) return '.'
  if (type !== 'application/json') return ` (${code(type)}).`
  const [listed] = Object.entries(recordOf(recordOf(schema)['properties']))
  const isPage = recordOf(recordOf(schema)['properties'])['has_more'] !== undefined
  if (!isPage || !listed) return `: ${typeText(schema)}.`
  return `: ${code(listed[0])}, a ${typeText(listed[1])}, with ${code('has_more')} and ${code('next_cursor')}.`
}

function renderObject([name, schema]: [string, Json]): string {
  const isObject = schema['properties'] !== undefined
  return `### ${name}\n\n${isObject ? fieldTable(schema) : typeText(schema)}\n`
}
