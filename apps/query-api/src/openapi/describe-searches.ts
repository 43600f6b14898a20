import {
  CreateSavedSearch,
  FieldList,
  FieldValues,
  SavedSearch,
  savedSearchesMax,
  UpdateSavedSearch,
} from '@logboom/contracts'
import { SavedSearchesQuery } from '../list-queries.ts'
import { FieldsQuery, FieldValuesQuery } from '../log-query.ts'
import { listOf } from './list-of.ts'
import type { Operation } from './operation.ts'

const searches = { tag: 'Searches', access: 'reader or admin' } as const
const badBody = ['malformed_json', 'unsupported_media_type', 'payload_too_large', 'invalid_body'] as const

const badFilter = [
  'invalid_parameter',
  'unknown_parameter',
  'query_timeout',
  'overloaded',
  'agent_not_found',
  'deployment_object_not_found',
  'work_order_not_found',
] as const

export const searchOperations = {
  'GET /api/v1/fields': {
    ...searches,
    access: 'any',
    summary: 'List the fields of the entries that a search finds',
    description: 'Labels by the counts of all of them, attributes by a look at the newest 500.',
    query: FieldsQuery,
    takesFields: true,
    answers: { 200: { description: 'The fields', schema: FieldList } },
    problems: badFilter,
  },
  'GET /api/v1/fields/:name/values': {
    ...searches,
    access: 'any',
    summary: 'List the values of a field, the most frequent first',
    description:
      'Of the entries that a search with these filters finds: for whatever is asked by stream, level and time, of all of ' +
      'them, by their counts. Where the field is `output` or `attributes.…`, or `q` or `attributes.…` filter, of the newest 5 000. Values of more than 1 000 characters are left out.',
    query: FieldValuesQuery,
    takesFields: true,
    answers: { 200: { description: 'The values, with how many entries have each', schema: FieldValues } },
    problems: [...badFilter, 'not_found'],
  },
  'GET /api/v1/saved-searches': {
    ...searches,
    access: 'any',
    summary: 'List saved searches: one’s own and shared ones',
    description:
      'A shared search that names an agent or a namespace is shown to those who may read it. What a key has saved stays ' +
      'when it is revoked, and goes when it is deleted with its agent: admins see it with `all=true`.',
    query: SavedSearchesQuery,
    answers: { 200: { description: 'Newest first', schema: listOf('saved_searches', SavedSearch) } },
    problems: ['invalid_parameter', 'unknown_parameter', 'invalid_cursor'],
  },
  'GET /api/v1/saved-searches/:id': {
    ...searches,
    access: 'any',
    summary: 'Get a saved search',
    description: 'Admins get those that others do not share, too.',
    answers: { 200: { description: 'The saved search', schema: SavedSearch } },
    problems: ['not_found', 'unknown_parameter'],
  },
  'POST /api/v1/saved-searches': {
    ...searches,
    summary: 'Save a search',
    description: `What is asked for, never what is found. An owner may keep ${savedSearchesMax}.`,
    body: { schema: CreateSavedSearch, required: true },
    answers: { 201: { description: 'The saved search', schema: SavedSearch } },
    problems: [...badBody, 'conflict'],
  },
  'PATCH /api/v1/saved-searches/:id': {
    ...searches,
    summary: 'Change a saved search',
    description: 'For its owner and admins.',
    body: { schema: UpdateSavedSearch, required: true },
    answers: { 200: { description: 'The saved search as it is now', schema: SavedSearch } },
    problems: [...badBody, 'not_found', 'conflict'],
  },
  'DELETE /api/v1/saved-searches/:id': {
    ...searches,
    summary: 'Delete a saved search',
    description: 'For its owner and admins.',
    answers: { 204: { description: 'Gone' } },
    problems: ['not_found'],
  },
} as const satisfies Record<string, Operation>
