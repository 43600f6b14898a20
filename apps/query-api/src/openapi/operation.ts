import type { ProblemCode } from '@logboom/contracts'
import type { z } from 'zod'

/** What the document says of one route, in the very schemas that validate. */
export interface Operation {
  summary: string
  description?: string
  tag:
    | 'Logs'
    | 'Agents'
    | 'Keys'
    | 'Signing in'
    | 'Links'
    | 'Searches'
    | 'Retention'
    | 'Dead letters'
    | 'Service'
  /** Who may: `public` needs no credential. */
  access: 'public' | 'any' | 'admin' | 'agent' | 'agent or admin' | 'reader or admin' | 'unscoped'
  query?: z.ZodObject
  /** Takes `attributes.<key>=` and `labels.<key>=` as well. */
  takesFields?: true
  headers?: Record<string, string>
  body?: { schema: z.ZodType; required: boolean; types?: readonly string[] }
  /** By status. */
  answers: Record<number, Answer>
  /** Besides those that any route may answer. */
  problems?: readonly ProblemCode[]
}

export interface Answer {
  description: string
  schema?: z.ZodType
  /** Default: application/json. */
  type?: string
}
