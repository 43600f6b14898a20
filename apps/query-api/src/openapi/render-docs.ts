import { createHash } from 'node:crypto'
import type { OpenApiDocument } from './build-document.ts'
import type { JsonSchema } from './component-schemas.ts'

export interface DocsPage {
  html: string
  /** Allows nothing but the page's own style sheet. */
  contentSecurityPolicy: string
}

/** The document as one page without scripts or assets: it works offline and cannot be made to do anything. */
export function renderDocs(document: OpenApiDocument): DocsPage {
  const sections = document.tags.map(
    ({ name }) => `<section><h2>${escape(name)}</h2>${operationsOf(document, name)}</section>`,
  )
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `<details id="${escape(name)}"><summary><code>${escape(name)}</code></summary>${code(schema)}</details>`,
  )
  const { title = '', description = '' } = document.info
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)} API</title>
<style>${style}</style></head>
<body><main>
<h1>${escape(title)} API</h1>
<p>${escape(description)} Machine-readable: <a href="/openapi.json">openapi.json</a>.</p>
${sections.join('\n')}
<section><h2>Schemas</h2>${schemas.join('\n')}</section>
</main></body></html>
`
  const hash = createHash('sha256').update(style).digest('base64')
  return {
    html,
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  }
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 1rem }
details { border: 1px solid #8886; border-radius: .4rem; margin: .4rem 0; padding: .4rem .8rem }
summary { cursor: pointer }
summary b { display: inline-block; min-width: 4.5rem; font-family: monospace }
code, pre { font-size: .9em }
pre { overflow: auto; background: #8881; padding: .6rem }
table { border-collapse: collapse; width: 100% }
td, th { border-bottom: 1px solid #8884; padding: .3rem .5rem; text-align: left; vertical-align: top }
td p { margin: 0 }
`

function operationsOf(document: OpenApiDocument, tag: string): string {
  return Object.entries(document.paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    )
    .filter(({ operation }) => listOf(operation['tags']).includes(tag))
    .map(({ path, method, operation }) => operationHtml(path, method, operation))
    .join('\n')
}

function operationHtml(path: string, method: string, operation: JsonSchema): string {
  const { summary, description, requestBody, responses } = operation
  const parameters = listOf(operation['parameters']).map(recordOf)
  return `<details><summary><b>${escape(method.toUpperCase())}</b> <code>${escape(path)}</code> ${escape(summary)}</summary>
${prose(description)}
${parameters.length > 0 ? `<h4>Parameters</h4>${parameterTable(parameters)}` : ''}
${requestBody ? `<h4>Body</h4>${contentHtml(recordOf(requestBody)['content'])}` : ''}
<h4>Answers</h4>${answerTable(recordOf(responses))}</details>`
}

function parameterTable(parameters: JsonSchema[]): string {
  const rows = parameters.map(
    ({ name, in: place, schema, description }) =>
      `<tr><td><code>${escape(name)}</code></td><td>${escape(place)}</td><td>${schemaHtml(schema)}</td><td>${prose(description)}</td></tr>`,
  )
  return `<table><tr><th>Name</th><th>In</th><th>Type</th><th></th></tr>${rows.join('')}</table>`
}

function answerTable(responses: JsonSchema): string {
  const rows = Object.entries(responses).map(([status, response]) => {
    const { description, content } = recordOf(response)
    return `<tr><td>${escape(status)}</td><td>${prose(description)}</td><td>${contentHtml(content)}</td></tr>`
  })
  return `<table><tr><th>Status</th><th></th><th>Body</th></tr>${rows.join('')}</table>`
}

function contentHtml(content: unknown): string {
  return Object.entries(recordOf(content))
    .map(
      ([type, media]) => `<div><code>${escape(type)}</code> ${schemaHtml(recordOf(media)['schema'])}</div>`,
    )
    .join('')
}

/** A reference as a link, a plain type as a word, anything else as JSON. */
function schemaHtml(schema: unknown): string {
  const { $ref, type, enum: values, default: preset, minimum, maximum, format } = recordOf(schema)
  if (typeof $ref === 'string') {
    const name = escape($ref.split('/').at(-1))
    return `<a href="#${name}"><code>${name}</code></a>`
  }
  if (typeof type !== 'string' || type === 'object' || type === 'array') return code(schema)
  const range =
    minimum === undefined || Number(maximum) > 1e9 ? '' : ` ${escape(minimum)}–${escape(maximum ?? '')}`
  const words = Array.isArray(values)
    ? values.join(' | ')
    : `${typeof format === 'string' ? format : type}${range}`
  return `${escape(words)}${preset === undefined ? '' : ` (default ${escape(preset)})`}`
}

function code(value: unknown): string {
  return `<pre>${escape(JSON.stringify(value, null, 2))}</pre>`
}

function prose(text: unknown): string {
  const paragraphs = typeof text === 'string' ? text.split('\n\n') : []
  return paragraphs.map((one) => `<p>${escape(one).replace(/`([^`]+)`/g, '<code>$1</code>')}</p>`).join('')
}

function recordOf(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char)
}
