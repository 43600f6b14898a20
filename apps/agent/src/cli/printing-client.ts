import type { Writable } from 'node:stream'
import { once } from 'node:events'
import { defaultAgentLimits, pushHeaders } from '@logboom/contracts'
import type { Entry, Gap } from '@logboom/contracts'
import type { BrokerAnswer, BrokerClient, BrokerRequest } from '../shipper/broker-client.ts'
import { unpackBody } from '../spool/push-body.ts'

/** Stands in for the broker: prints each entry and gap as a line of NDJSON, as the broker takes them too. */
export function createPrintingClient(out: Writable): BrokerClient {
  return {
    async send({ path, headers, body }: BrokerRequest) {
      if (path.endsWith('/limits')) return answerOf(200, limits)
      if (!path.endsWith('/logs') || !body) return answerOf(204, {})
      const { entries, gaps } = await unpackBody(body)
      await print(out, entries, gaps)
      const key = headers[pushHeaders.idempotencyKey] ?? ''
      const committed = headers[pushHeaders.batchNumber] === undefined ? {} : { committed_through: key }
      return answerOf(201, { batch_id: key, received: entries.length, stored: entries.length, ...committed })
    },
    close: () => undefined,
  }
}

/** Paper is patient. */
const limits = {
  ...defaultAgentLimits,
  requests_per_minute: 1e6,
  request_burst: 1e6,
  retention_seconds: 43_200,
  committed_through: {},
}

/** What a reader who went away did not take counts as printed: the agent is about to stop, and shall not wait for him. */
async function print(out: Writable, entries: readonly Entry[], gaps: readonly Gap[]): Promise<void> {
  const lines = [...entries, ...gaps.map((gap) => ({ gap }))].map((line) => `${JSON.stringify(line)}\n`)
  if (lines.length === 0 || !out.writable) return
  if (!out.write(lines.join(''))) await once(out, 'drain').catch(() => undefined)
}

function answerOf(status: number, body: object): BrokerAnswer {
  return { status, headers: {}, body: JSON.stringify(body) }
}
