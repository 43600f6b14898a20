import {
  LogContext,
  LogHistogram,
  LogPage,
  PushAnswer,
  pushHeaders,
  PushRequest,
  StoredGap,
} from '@logboom/contracts'
import { ContextQuery } from '../context-query.ts'
import { ExportQuery } from '../export/export-query.ts'
import { FollowQuery } from '../follow/follow-query.ts'
import { GapsQuery } from '../list-queries.ts'
import { HistogramQuery, LogQuery } from '../log-query.ts'
import { listOf } from './list-of.ts'
import type { Operation } from './operation.ts'

const searching = {
  tag: 'Logs',
  access: 'any',
  query: LogQuery,
  takesFields: true,
  answers: {
    200: {
      description:
        'A page of entries, newest first unless asked otherwise. It may be shorter than `limit`, even empty, with ' +
        '`has_more: true` when the search ran out of time: go on with `next_cursor`.',
      schema: LogPage,
    },
  },
} as const

const counting = {
  tag: 'Logs',
  access: 'any',
  query: HistogramQuery,
  takesFields: true,
  description:
    'Equal to what a search with the same filters finds. Filters by stream, level and time cost milliseconds, ' +
    'whatever they match; `q`, `attributes.…` and intervals below a minute look at every entry, the newest first.',
  answers: {
    200: { description: 'Every bucket of the window, oldest first', schema: LogHistogram },
  },
} as const

const following = {
  tag: 'Logs',
  access: 'any',
  query: FollowQuery,
  takesFields: true,
  headers: { 'last-event-id': 'The id of the last event that was seen: goes on after it' },
  description:
    'Server-Sent Events, in the order of commit, late lines too: `entries` with `{"logs": [StoredEntry …]}`, `gap`, ' +
    '`live` once all that is stored was given, `progress` with `complete_until`, `dropped` with the number of entries that ' +
    'a slow client was not sent, and `end`. The id of each is where to go on after it, without loss and without a repeat. ' +
    'See docs/live.md.',
  answers: { 200: { description: 'A stream without an end', type: 'text/event-stream' } },
} as const

const exporting = {
  tag: 'Logs',
  access: 'any',
  query: ExportQuery,
  takesFields: true,
  description:
    'Streams all entries that match, without a cap, compressed with gzip where `Accept-Encoding` allows. Each format says ' +
    'every thousand entries or so where it can go on (`cursor`), and at its end that it is complete; one that is not is cut, so that ' +
    'clients see an error. See docs/search.md.',
  answers: {
    200: {
      description:
        '`ndjson`: an entry per line, and lines `{"export":{"next_cursor","entries","complete"}}`, of which the last has ' +
        '`"complete":true` and no cursor. `csv`: RFC 4180 with a header; the last column, `export`, has the cursors, and `complete` ' +
        'in the last row. `text`: `timestamp level namespace/pod/container message`, and lines that begin with `# export:`.',
      type: 'application/x-ndjson',
    },
  },
} as const

const badWindow = ['invalid_parameter', 'unknown_parameter', 'query_timeout', 'overloaded'] as const
const badQuery = [...badWindow, 'invalid_cursor'] as const

export const logOperations = {
  'POST /api/v1/agents/:agent_id/logs': {
    tag: 'Logs',
    access: 'agent',
    summary: 'Push a batch of entries',
    description:
      'Answered once the batch is durable in the queue. Entries are judged one by one: those that are not valid are ' +
      'listed, the others are taken. A repeat with the same key and body gets the first answer. NDJSON has one entry ' +
      'per line, `{"gap":{…}}` for a gap, `{"read_until":{…}}` for how far the sender has read, and no envelope. ' +
      '`Content-Encoding`: gzip, deflate, br or zstd.',
    headers: {
      [pushHeaders.idempotencyKey]: 'Names the batch; `batch_id` in the body does the same',
      [pushHeaders.instance]: 'Names one of several processes that push as this agent',
      [pushHeaders.batchNumber]: 'Counts the batches of this instance: 1, 2, 3 …',
      [pushHeaders.sentAt]: "The sender's clock, for NDJSON",
      prefer: '`wait=10`: answer after COMMIT, for at most so many seconds',
    },
    body: { schema: PushRequest, required: true, types: ['application/json', 'application/x-ndjson'] },
    answers: { 201: { description: 'The batch is safe', schema: PushAnswer } },
    problems: [
      'bad_request',
      'malformed_json',
      'corrupt_encoding',
      'request_timeout',
      'request_in_progress',
      'too_many_entries',
      'payload_too_large',
      'unsupported_media_type',
      'unsupported_encoding',
      'invalid_body',
      'all_entries_rejected',
      'idempotency_key_reused',
      'overloaded',
    ],
  },
  'GET /api/v1/agents/:agent_id/logs': {
    ...searching,
    summary: "Search an agent's entries",
    problems: [...badQuery, 'agent_not_found', 'deployment_object_not_found', 'work_order_not_found'],
  },
  'GET /api/v1/deployment-objects/:id/logs': {
    ...searching,
    summary: 'Search the entries of a deployment object',
    description: 'An agent sees its own entries, and 404 where it has none.',
    problems: [...badQuery, 'deployment_object_not_found', 'agent_not_found', 'work_order_not_found'],
  },
  'GET /api/v1/work-orders/:id/logs': {
    ...searching,
    summary: 'Search the entries of a work order',
    description: 'An agent sees its own entries, and 404 where it has none.',
    problems: [...badQuery, 'work_order_not_found', 'agent_not_found', 'deployment_object_not_found'],
  },
  'GET /api/v1/logs': {
    ...searching,
    summary: 'Search the entries of all agents that the caller may read',
    problems: [...badQuery, 'agent_not_found', 'deployment_object_not_found', 'work_order_not_found'],
  },
  'GET /api/v1/agents/:agent_id/logs/histogram': {
    ...counting,
    summary: "Count an agent's entries by time and level",
    problems: [...badWindow, 'agent_not_found', 'deployment_object_not_found', 'work_order_not_found'],
  },
  'GET /api/v1/deployment-objects/:id/logs/histogram': {
    ...counting,
    summary: 'Count the entries of a deployment object by time and level',
    problems: [...badWindow, 'deployment_object_not_found', 'agent_not_found', 'work_order_not_found'],
  },
  'GET /api/v1/work-orders/:id/logs/histogram': {
    ...counting,
    summary: 'Count the entries of a work order by time and level',
    problems: [...badWindow, 'work_order_not_found', 'agent_not_found', 'deployment_object_not_found'],
  },
  'GET /api/v1/logs/histogram': {
    ...counting,
    summary: 'Count the entries of all agents that the caller may read by time and level',
    problems: [...badWindow, 'agent_not_found', 'deployment_object_not_found', 'work_order_not_found'],
  },
  'GET /api/v1/agents/:agent_id/logs/stream': {
    ...following,
    summary: "Follow an agent's entries",
    problems: [...badQuery, 'agent_not_found', 'deployment_object_not_found', 'work_order_not_found'],
  },
  'GET /api/v1/deployment-objects/:id/logs/stream': {
    ...following,
    summary: 'Follow the entries of a deployment object',
    problems: [...badQuery, 'deployment_object_not_found', 'agent_not_found', 'work_order_not_found'],
  },
  'GET /api/v1/work-orders/:id/logs/stream': {
    ...following,
    summary: 'Follow the entries of a work order',
    problems: [...badQuery, 'work_order_not_found', 'agent_not_found', 'deployment_object_not_found'],
  },
  'GET /api/v1/logs/stream': {
    ...following,
    summary: 'Follow the entries of all agents that the caller may read',
    problems: [...badQuery, 'agent_not_found', 'deployment_object_not_found', 'work_order_not_found'],
  },
  'GET /ws/logs': {
    tag: 'Logs',
    access: 'any',
    query: FollowQuery,
    takesFields: true,
    summary: 'Follow entries by WebSocket',
    description:
      'As `GET /api/v1/logs/stream`, with the same filters, as JSON frames: `{"type": "entries", "id": …, "logs": [StoredEntry …]}`, ' +
      '`gap`, `live`, `progress`, `dropped`, `heartbeat` and `end`. What is refused is refused before the upgrade.',
    answers: { 101: { description: 'The connection is a WebSocket' } },
    problems: [
      ...badQuery,
      'upgrade_required',
      'agent_not_found',
      'deployment_object_not_found',
      'work_order_not_found',
    ],
  },
  'GET /api/v1/agents/:agent_id/logs/export': {
    ...exporting,
    summary: "Export an agent's entries",
    problems: [...badQuery, 'agent_not_found', 'deployment_object_not_found', 'work_order_not_found'],
  },
  'GET /api/v1/deployment-objects/:id/logs/export': {
    ...exporting,
    summary: 'Export the entries of a deployment object',
    problems: [...badQuery, 'deployment_object_not_found', 'agent_not_found', 'work_order_not_found'],
  },
  'GET /api/v1/work-orders/:id/logs/export': {
    ...exporting,
    summary: 'Export the entries of a work order',
    problems: [...badQuery, 'work_order_not_found', 'agent_not_found', 'deployment_object_not_found'],
  },
  'GET /api/v1/logs/export': {
    ...exporting,
    summary: 'Export the entries of all agents that the caller may read',
    problems: [...badQuery, 'agent_not_found', 'deployment_object_not_found', 'work_order_not_found'],
  },
  'GET /api/v1/logs/context': {
    tag: 'Logs',
    access: 'any',
    summary: 'Get the lines around one line of its stream',
    description:
      'What the same container of the same pod logged before and after an entry, whatever the search that found it was ' +
      'looking for. An entry is named by its `id` with its `timestamp`.',
    query: ContextQuery,
    answers: { 200: { description: 'The entry and its neighbours, in order of time', schema: LogContext } },
    problems: [...badQuery, 'entry_not_found'],
  },
  'GET /api/v1/gaps': {
    tag: 'Logs',
    access: 'any',
    summary: 'List gaps: lines that an agent knows of and could not read or send',
    query: GapsQuery,
    answers: { 200: { description: 'Those that end last first', schema: listOf('gaps', StoredGap) } },
    problems: ['invalid_parameter', 'unknown_parameter', 'invalid_cursor', 'agent_not_found'],
  },
} as const satisfies Record<string, Operation>
