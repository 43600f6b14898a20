import type { AgentLimits, BatchJob, Follow } from '@logboom/contracts'
import type { Database } from '@logboom/db'
import type { Authenticator, OidcLogin, Sessions, Tickets, Tokens } from '@logboom/service'
import type { RevocableCache } from './revocable-cache.ts'

/** What the routes of the registry need. */
export interface RegistryDeps {
  db: Database
  authenticator: Authenticator
  /** The cache behind `authenticator`, to be told what was revoked. */
  credentials: Pick<RevocableCache, 'revoke'>
  /** Behind `authenticator`, to be told who signed out. */
  sessions: Sessions
  tokens: Pick<Tokens, 'sign'>
  /** At OIDC issuers. */
  login: OidcLogin
  tickets: Pick<Tickets, 'issue'>
  /** Of agents without overrides of their own. */
  defaultLimits: AgentLimits
  /** Resolves when the job is durable in the queue; one whose id is there already is left as it is. */
  enqueue: (job: BatchJob) => Promise<void>
  /** What of an agent somebody follows; null: nothing. */
  findFollow: (agentId: string) => Promise<Follow | null>
  /** How far ahead of our clock a time may be. */
  futureSkewUsMax: number
}
