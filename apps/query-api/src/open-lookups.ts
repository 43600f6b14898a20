import { findPak, findSession, isUnavailable, openDatabase, touchPak, touchSession } from '@logboom/db'
import type { Database } from '@logboom/db'
import { openTickets } from '@logboom/queue'
import type { TicketStore } from '@logboom/queue'
import { DeadlineError, sessionIdleSeconds, withDeadline } from '@logboom/service'
import type { CredentialLookups, Lifecycle, Logger } from '@logboom/service'
import type { QueryConfig } from './config.ts'

/** Of the second that a look-up has, what DATABASE_URL gets of it before the replica is asked. */
const primaryMs = 500

/**
 * Credentials are looked up where they are written, also by who reads from a replica: it may not know yet who has just
 * signed in, nor who was just revoked. Without that database the replica's word is good.
 */
export function openLookups(
  config: QueryConfig,
  replica: Database,
  life: Lifecycle,
  log: Logger,
): Omit<CredentialLookups, 'signingKeys'> {
  const primary = config.READ_DATABASE_URL === undefined ? replica : openPrimary(config, life, log)
  const ask = async <T>(find: (db: Database) => Promise<T>): Promise<T> => {
    if (primary === replica) return find(replica)
    try {
      return await withDeadline('credential look-up', primaryMs, find(primary))
    } catch (err) {
      if (!(err instanceof DeadlineError) && !isUnavailable(err)) throw err
      const found = await find(replica)
      if (found === null) throw err // it may only not have heard of it
      return found
    }
  }
  return {
    ticketPlace: openTicketPlace(config, life, log),
    findPak: (by) => ask((db) => findPak(db, by)),
    findSession: (tokenHash) => ask((db) => findSession(db, { tokenHash })),
    touchPak: (id) => touchPak(primary, { id }),
    touchSession: (tokenHash) => touchSession(primary, { tokenHash, idleSeconds: sessionIdleSeconds }),
    isUnavailable,
  }
}

function openTicketPlace({ REDIS_URL: url }: QueryConfig, life: Lifecycle, log: Logger): TicketStore | null {
  if (url === undefined) return null
  const tickets = openTickets({ url, log })
  life.onClose('tickets', async () => tickets.close())
  return tickets
}

function openPrimary({ DATABASE_URL: url }: QueryConfig, life: Lifecycle, log: Logger): Database {
  const db = openDatabase({
    url,
    applicationName: 'logboom-query-api-credentials',
    connectionsMax: 2,
    connectTimeoutMs: primaryMs,
    statementTimeoutMs: 2_000,
    onError: (err) => log.warn('idle database connection lost', { err }),
  })
  life.onClose('credentials database', () => db.close())
  return db
}
