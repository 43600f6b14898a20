import { defaultAgentLimits, problemCatalogue } from '@logboom/contracts'
import { code, table } from './markdown.ts'

const limitWords: Record<keyof typeof defaultAgentLimits, string> = {
  max_entries_per_request: 'Entries in one request; more are a 413 that names the limit',
  requests_per_minute: 'Requests a minute, for each instance of the agent; more are a 429',
  request_burst: 'Requests that may come at once after a quiet time',
  max_instances:
    'Instances (`Logboom-Instance`) with a budget of their own, and that count in `complete_until`',
  max_message_bytes: 'Bytes of a message; longer ones are cut on a code point and flagged `truncated`',
  max_body_bytes: 'Bytes of a body after decompression',
  max_logs: 'Entries kept before the oldest go; 0 = unbounded',
}

/** What holds for all routes. */
export function apiIntro(): string {
  const limits = Object.entries(defaultAgentLimits).map(([name, value]) => [
    code(name),
    String(value),
    limitWords[name as keyof typeof defaultAgentLimits], // Object.entries forgets whose keys they are
  ])
  const problems = Object.entries(problemCatalogue).map(([name, { status, title }]) => [
    code(name),
    String(status),
    title,
  ])
  return [
    opening,
    table(['Code', 'Status', 'Meaning'], problems),
    aboutLimits,
    table(['Limit', 'Default', 'Meaning'], limits),
    aboutRepeats,
  ].join('\n')
}

const opening = `# The HTTP API

<!-- Written by \`npm run docs\` from the schemas that validate. A running broker serves the same at /docs and /openapi.json. -->

ingest-api answers what writes, query-api what reads. Each forwards the other's routes, so any host of the two will do.
In the examples \`$URL\` is such a host and \`$PAK\` a key:

\`\`\`sh
URL=http://127.0.0.1:3100 PAK=$(cat .logboom/admin.pak)
\`\`\`

## Credentials

Every request but the public ones carries \`Authorization: Bearer <credential>\`, or comes from a browser that is
[signed in](sign-in.md): by the cookie of its session, and with \`X-CSRF-Token\` unless it is GET or HEAD. A credential is

- a **PAK** (prefixed API key), \`logboom_<short>_<long>\`: shown once when it is issued, stored as a hash, valid until it
  expires or is revoked. A subject may hold several, so that keys rotate with an overlap; a revocation bites within 30 s;
- a **token** that [\`POST /api/v1/auth/token\`](#post-apiv1authtoken) gives for a PAK: a JWT that lives for 15 minutes;
- a **JWT of your own issuer**, where OIDC is [configured](configuration.md), for readers and admins.

An **admin** may do everything. An **agent** writes its own entries and reads them and its limits. A **reader** reads; it may
be scoped to a list of agents, of namespaces, or both.

## Errors

Errors are \`application/problem+json\` (RFC 9457) everywhere. Program against \`code\`; \`detail\` is for people, and
\`request_id\` (also in \`X-Request-Id\`) finds the line in the service's log.

\`\`\`json
{"type":"…","title":"A query parameter has a bad value","status":400,"detail":"…","code":"invalid_parameter","request_id":"…"}
\`\`\`

429 and 503 carry \`Retry-After\`. They mean "later", never "wrong": a sender keeps what it has and tries again.
`

const aboutLimits = `
## Limits

In force for an agent without overrides of its own; \`GET /api/v1/agents/{agent_id}/limits\` tells an agent its limits, and
answers to pushes say in \`RateLimit\` and \`RateLimit-Policy\` what is left. While somebody follows an agent, they say so in
\`follow\` and have a second policy of that name: 60 requests a minute, which are used when the others are spent.
`

const aboutRepeats = `
## Repeats are harmless

A push may be repeated when its answer was lost. With the header \`Idempotency-Key\`, or \`batch_id\` in the body, the same key
and body get the first answer again (\`Idempotency-Replayed: true\`) and use up no request; the same key with another body is
a 422. Besides, an entry with an \`entry_id\` is stored once for its agent and timestamp: a sender that repeats a line repeats
both.

## How far an answer can be believed

An agent that numbers its batches (\`Logboom-Instance\`, \`Logboom-Batch-Number\`) may say in \`read_until\` how far it has read; it
holds from when that batch and all before it are committed. Searches answer it as \`complete_until\`: what is older and not found
was never written, or lies in one of the answer's \`gaps\`. \`null\` means that it is not known. What cannot be taken of a \`read_until\` is told in
\`rejected_read_until\`; the lines are taken all the same.

## Pages

A list answers \`has_more\` and \`next_cursor\`. Give the latter back as \`cursor\`, with the same filters: no item is skipped or
seen twice, also among equal times and while new ones arrive. \`offset\` works for entries too; \`cursor\` stays fast.
An unknown parameter, or one with a bad value, is a 400 that names it.

Times of entries keep their nanoseconds. \`since\` belongs to the span that is asked for, \`until\` does not; both take
ISO 8601, a number of seconds, ms, µs or ns since 1970, or a time ago such as \`15m\`.
`
