import {
  Agent,
  AgentWithProgress,
  CreateAgent,
  Heartbeat,
  HeartbeatAnswer,
  IssueAgentPak,
  IssuedPak,
  IssuePak,
  LimitsAnswer,
  Pak,
  pushHeaders,
  TokenAnswer,
  UpdateAgent,
  UpdatePak,
} from '@logboom/contracts'
import { AgentPaksQuery, AgentsQuery, PaksQuery } from '../list-queries.ts'
import { listOf } from './list-of.ts'
import type { Operation } from './operation.ts'

const agents = { tag: 'Agents', access: 'admin' } as const
const keys = { tag: 'Keys', access: 'admin' } as const
const badBody = ['malformed_json', 'unsupported_media_type', 'payload_too_large', 'invalid_body'] as const
const badQuery = ['invalid_parameter', 'unknown_parameter', 'invalid_cursor'] as const

export const agentOperations = {
  'POST /api/v1/agents': {
    ...agents,
    summary: 'Register an agent',
    body: { schema: CreateAgent, required: true },
    answers: { 201: { description: 'The agent', schema: Agent } },
    problems: [...badBody, 'conflict'],
  },
  'GET /api/v1/agents': {
    ...agents,
    access: 'any',
    summary: 'List the agents that the caller may see',
    query: AgentsQuery,
    answers: { 200: { description: 'Newest first', schema: listOf('agents', AgentWithProgress) } },
    problems: badQuery,
  },
  'GET /api/v1/agents/:agent_id': {
    ...agents,
    access: 'any',
    summary: 'Get an agent',
    answers: { 200: { description: 'The agent', schema: AgentWithProgress } },
    problems: ['agent_not_found', 'unknown_parameter'],
  },
  'PATCH /api/v1/agents/:agent_id': {
    ...agents,
    summary: 'Change an agent',
    body: { schema: UpdateAgent, required: true },
    answers: { 200: { description: 'The agent as it is now', schema: Agent } },
    problems: [...badBody, 'agent_not_found', 'conflict'],
  },
  'DELETE /api/v1/agents/:agent_id': {
    ...agents,
    summary: 'Delete an agent with its keys and entries',
    description:
      'From the answer on its keys fail and its entries are in no read; they are deleted within one interval.',
    answers: { 204: { description: 'Gone' } },
    problems: ['agent_not_found'],
  },
  'POST /api/v1/agents/:agent_id/heartbeat': {
    ...agents,
    access: 'agent',
    summary: 'Say that an agent is alive, and how far it has read',
    description:
      'For agents without lines as well: `read_until` says what a push would, and the answer what is committed. A report ' +
      'whose `after_batch` is not committed yet, or was overtaken by a later one, changes nothing.',
    headers: { [pushHeaders.sentAt]: "The sender's clock, for `read_until`" },
    body: { schema: Heartbeat, required: false },
    answers: { 200: { description: 'Noted', schema: HeartbeatAnswer } },
    problems: [...badBody, 'agent_not_found'],
  },
  'GET /api/v1/agents/:agent_id/limits': {
    ...agents,
    access: 'agent or admin',
    summary: 'What an agent may send, and up to which batch all that it sent is committed',
    answers: { 200: { description: 'Its limits', schema: LimitsAnswer } },
    problems: ['unknown_parameter', 'agent_not_found'],
  },
  'POST /api/v1/agents/:agent_id/paks': {
    ...keys,
    summary: 'Issue a key of an agent',
    body: { schema: IssueAgentPak, required: false },
    answers: { 201: { description: 'The key, which is shown in this answer only', schema: IssuedPak } },
    problems: [...badBody, 'agent_not_found'],
  },
  'GET /api/v1/agents/:agent_id/paks': {
    ...keys,
    summary: "List an agent's keys",
    query: AgentPaksQuery,
    answers: { 200: { description: 'Newest first, without their secrets', schema: listOf('paks', Pak) } },
    problems: [...badQuery, 'agent_not_found'],
  },
  'DELETE /api/v1/agents/:agent_id/paks/:pak_id': {
    ...keys,
    summary: 'Revoke a key of an agent',
    answers: { 204: { description: 'Revoked; all replicas know within 30 s' } },
    problems: ['not_found'],
  },
  'POST /api/v1/paks': {
    ...keys,
    summary: 'Issue a key of an admin or a reader',
    body: { schema: IssuePak, required: true },
    answers: { 201: { description: 'The key, which is shown in this answer only', schema: IssuedPak } },
    problems: badBody,
  },
  'GET /api/v1/paks': {
    ...keys,
    summary: 'List all keys',
    query: PaksQuery,
    answers: { 200: { description: 'Newest first, without their secrets', schema: listOf('paks', Pak) } },
    problems: [...badQuery, 'agent_not_found'],
  },
  'PATCH /api/v1/paks/:pak_id': {
    ...keys,
    summary: 'Name a key, or say when it ends',
    body: { schema: UpdatePak, required: true },
    answers: { 200: { description: 'The key as it is now; all replicas know within 30 s', schema: Pak } },
    problems: [...badBody, 'not_found', 'conflict'],
  },
  'DELETE /api/v1/paks/:pak_id': {
    ...keys,
    summary: 'Revoke a key',
    answers: { 204: { description: 'Revoked; all replicas know within 30 s' } },
    problems: ['not_found', 'conflict'],
  },
  'POST /api/v1/auth/token': {
    ...keys,
    access: 'any',
    summary: 'Exchange a key for a token that lives for 15 minutes',
    answers: { 200: { description: 'The token', schema: TokenAnswer } },
  },
} as const satisfies Record<string, Operation>
