import {
  DeadLetter,
  DeploymentObject,
  PutDeploymentObject,
  PutWorkOrder,
  WorkOrder,
} from '@logboom/contracts'
import { DeadLettersQuery, DeploymentObjectsQuery, WorkOrdersQuery } from '../list-queries.ts'
import { listOf } from './list-of.ts'
import type { Operation } from './operation.ts'

const links = { tag: 'Links', access: 'any' } as const
const letters = { tag: 'Dead letters', access: 'admin' } as const
const badBody = [
  'malformed_json',
  'unsupported_media_type',
  'payload_too_large',
  'invalid_body',
  'agent_not_found',
] as const
const badQuery = ['invalid_parameter', 'unknown_parameter', 'invalid_cursor', 'agent_not_found'] as const

export const linkOperations = {
  'GET /api/v1/deployment-objects': {
    ...links,
    summary: 'List deployment objects',
    query: DeploymentObjectsQuery,
    answers: { 200: { description: 'Newest first', schema: listOf('deployment_objects', DeploymentObject) } },
    problems: badQuery,
  },
  'GET /api/v1/deployment-objects/:id': {
    ...links,
    summary: 'Get a deployment object',
    answers: { 200: { description: 'The deployment object', schema: DeploymentObject } },
    problems: ['deployment_object_not_found', 'unknown_parameter'],
  },
  'PUT /api/v1/deployment-objects/:id': {
    ...links,
    access: 'admin',
    summary: 'Register a deployment object, or change it',
    body: { schema: PutDeploymentObject, required: true },
    answers: {
      200: { description: 'Changed', schema: DeploymentObject },
      201: { description: 'Registered', schema: DeploymentObject },
    },
    problems: [...badBody, 'conflict'],
  },
  'DELETE /api/v1/deployment-objects/:id': {
    ...links,
    access: 'admin',
    summary: 'Delete a deployment object; its entries stay',
    answers: { 204: { description: 'Gone' } },
    problems: ['deployment_object_not_found'],
  },
  'GET /api/v1/work-orders': {
    ...links,
    summary: 'List work orders, completed ones too',
    query: WorkOrdersQuery,
    answers: { 200: { description: 'Newest first', schema: listOf('work_orders', WorkOrder) } },
    problems: badQuery,
  },
  'GET /api/v1/work-orders/:id': {
    ...links,
    summary: 'Get a work order',
    answers: { 200: { description: 'The work order', schema: WorkOrder } },
    problems: ['work_order_not_found', 'unknown_parameter'],
  },
  'PUT /api/v1/work-orders/:id': {
    ...links,
    access: 'admin',
    summary: 'Register a work order, or change it',
    body: { schema: PutWorkOrder, required: true },
    answers: {
      200: { description: 'Changed', schema: WorkOrder },
      201: { description: 'Registered', schema: WorkOrder },
    },
    problems: [...badBody, 'conflict'],
  },
  'DELETE /api/v1/work-orders/:id': {
    ...links,
    access: 'admin',
    summary: 'Delete a work order; its entries stay',
    answers: { 204: { description: 'Gone' } },
    problems: ['work_order_not_found'],
  },
  'GET /api/v1/dead-letters': {
    ...letters,
    access: 'any',
    summary: 'List entries that PostgreSQL would not take, with the reason',
    query: DeadLettersQuery,
    answers: {
      200: { description: 'The latest failures first', schema: listOf('dead_letters', DeadLetter) },
    },
    problems: badQuery,
  },
  'POST /api/v1/dead-letters/:id/requeue': {
    ...letters,
    summary: 'Give a dead letter back to the writer',
    answers: { 202: { description: 'It is in the queue again' } },
    problems: ['not_found', 'conflict', 'overloaded'],
  },
  'DELETE /api/v1/dead-letters/:id': {
    ...letters,
    summary: 'Delete a dead letter',
    answers: { 204: { description: 'Gone' } },
    problems: ['not_found'],
  },
} as const satisfies Record<string, Operation>
