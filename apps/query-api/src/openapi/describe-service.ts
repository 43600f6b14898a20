import {
  PutRetentionClass,
  Receipt,
  ReceiptKey,
  RetentionAssignment,
  RetentionClass,
  RetentionPreview,
  RetentionReport,
  Stats,
  WhoAmI,
} from '@logboom/contracts'
import { z } from 'zod'
import { PreviewQuery, ReceiptsQuery, StatsQuery } from '../list-queries.ts'
import { listOf } from './list-of.ts'
import type { Operation } from './operation.ts'

const retention = { tag: 'Retention', access: 'admin' } as const
const service = { tag: 'Service', access: 'public' } as const
const badBody = ['malformed_json', 'unsupported_media_type', 'payload_too_large', 'invalid_body'] as const

const JsonWebKeySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) })

export const serviceOperations = {
  'GET /api/v1/retention': {
    ...retention,
    access: 'any',
    summary: 'The retention in force and the next run',
    answers: { 200: { description: 'The policy', schema: RetentionReport } },
    problems: ['unknown_parameter'],
  },
  'GET /api/v1/retention/receipts': {
    ...retention,
    access: 'unscoped',
    summary: 'List receipts: proofs of deletion, chained by hash and signed',
    query: ReceiptsQuery,
    answers: { 200: { description: 'Newest first', schema: listOf('receipts', Receipt) } },
    problems: ['invalid_parameter', 'unknown_parameter', 'invalid_cursor'],
  },
  'GET /api/v1/retention/receipt-keys': {
    ...retention,
    access: 'unscoped',
    summary: 'The public keys that receipts are checked by, retired ones too',
    answers: { 200: { description: 'The oldest first', schema: z.object({ keys: z.array(ReceiptKey) }) } },
    problems: ['unknown_parameter'],
  },
  'POST /api/v1/retention/preview': {
    ...retention,
    summary: 'What a run would delete now, or if a class were changed; deletes nothing',
    query: PreviewQuery,
    answers: { 200: { description: 'The preview', schema: RetentionPreview } },
    problems: ['invalid_parameter', 'unknown_parameter', 'query_timeout'],
  },
  'PUT /api/v1/retention/classes/:name': {
    ...retention,
    summary: 'Make a retention class, or change it',
    body: { schema: PutRetentionClass, required: true },
    answers: {
      200: { description: 'Changed', schema: RetentionClass },
      201: { description: 'Made', schema: RetentionClass },
    },
    problems: [...badBody, 'invalid_parameter'],
  },
  'DELETE /api/v1/retention/classes/:name': {
    ...retention,
    summary: 'Delete a retention class that nothing is assigned to',
    answers: { 204: { description: 'Gone' } },
    problems: ['not_found', 'conflict', 'invalid_parameter'],
  },
  'PUT /api/v1/retention/assignments': {
    ...retention,
    summary: 'Assign a retention class to an agent, a namespace, or a namespace of an agent',
    // What may be left out of the body stands in the answer.
    body: {
      schema: z.strictObject(RetentionAssignment.shape).meta({ id: 'PutRetentionAssignment' }),
      required: true,
    },
    answers: { 200: { description: 'The assignment', schema: RetentionAssignment } },
    problems: badBody,
  },
  'DELETE /api/v1/retention/assignments': {
    ...retention,
    summary: 'Take an assignment back',
    query: z.object({ agent_id: z.guid().optional(), namespace: z.string().optional() }),
    answers: { 204: { description: 'Gone' } },
    problems: ['invalid_parameter', 'unknown_parameter', 'not_found'],
  },
  'GET /api/v1/stats': {
    ...service,
    access: 'any',
    summary: 'How much there is, and how each agent does',
    description:
      'Entries and bytes come from the counts that writers keep: what has expired leaves them with the minute in which it ' +
      'was received.',
    query: StatsQuery,
    answers: { 200: { description: 'What the caller may see, as a whole and by agent', schema: Stats } },
    problems: ['invalid_parameter', 'unknown_parameter', 'agent_not_found', 'query_timeout', 'overloaded'],
  },
  'GET /api/v1/whoami': {
    ...service,
    access: 'any',
    summary: 'Who the credential stands for and what it may read',
    answers: { 200: { description: 'The caller', schema: WhoAmI } },
    problems: ['unknown_parameter'],
  },
  'GET /.well-known/jwks.json': {
    ...service,
    summary: 'The public keys of our tokens',
    answers: { 200: { description: 'A JSON Web Key Set (RFC 7517)', schema: JsonWebKeySet } },
    problems: ['unavailable'],
  },
  'GET /openapi.json': {
    ...service,
    summary: 'This document',
    answers: { 200: { description: 'OpenAPI 3.1', schema: z.record(z.string(), z.unknown()) } },
  },
  'GET /docs': {
    ...service,
    summary: 'This document as a page',
    answers: { 200: { description: 'HTML', type: 'text/html' } },
  },
} as const satisfies Record<string, Operation>
