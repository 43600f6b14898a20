import { once } from 'node:events'
import { connect } from 'node:net'
import type { NetConnectOpts, Socket } from 'node:net'
import { TLSSocket, connect as connectTls } from 'node:tls'
import type { PoolClient } from 'pg'

/** Numbers of PostgreSQL's protocol, for what is said before a session begins. */
const cancelRequest = 80_877_102
const sslRequest = 80_877_103

/**
 * Asks PostgreSQL to end what it does on a connection, over another one, as its protocol has it: by a number and a secret
 * that it gave when the connection was made. PgBouncer gives its own and passes the wish on, where the process id that
 * `pg_cancel_backend` wants would be that of another backend. Settled when the wish has been handed on: what is sent on
 * the connection after that and the end of its statement is not ended any more.
 */
export async function cancelStatement(
  client: PoolClient,
  { timeoutMs }: { timeoutMs: number },
): Promise<void> {
  const { stream } = client.connection
  const signal = AbortSignal.timeout(timeoutMs)
  const plain = connect(addressOf(client))
  plain.on('error', () => undefined) // heard of below, or when nobody waits for it any more
  try {
    await once(plain, 'connect', { signal })
    const socket = stream instanceof TLSSocket ? await encrypted(plain, client, signal) : plain
    socket.write(requestOf(client))
    socket.resume()
    await once(plain, 'close', { signal })
  } finally {
    plain.destroy()
  }
}

/** The very server that this connection has been made to: its name may stand for several. */
function addressOf({ connection: { stream }, host, port }: PoolClient): NetConnectOpts {
  if ('remoteAddress' in stream && typeof stream.remoteAddress === 'string')
    return { host: stream.remoteAddress, port }
  return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port }
}

async function encrypted(plain: Socket, client: PoolClient, signal: AbortSignal): Promise<Socket> {
  plain.write(message(sslRequest))
  const [answer] = await once(plain, 'data', { signal })
  if (String(answer) !== 'S') throw new Error('the server does not encrypt this connection')
  const settings: unknown = client.ssl // an object where the URL asks for more than encryption, whatever the types say
  const socket = connectTls({
    ...(typeof settings === 'object' && settings),
    socket: plain,
    servername: client.host,
  })
  socket.on('error', () => undefined)
  await once(socket, 'secureConnect', { signal })
  return socket
}

function requestOf(client: PoolClient): Buffer {
  const { processID, secretKey } = client as PoolClient & { processID: number; secretKey: number } // not in pg's types
  return message(cancelRequest, processID, secretKey)
}

/** Its own length, then these numbers. */
function message(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(4 + numbers.length * 4)
  bytes.writeInt32BE(bytes.length)
  for (const [index, number] of numbers.entries()) bytes.writeInt32BE(number, 4 + index * 4)
  return bytes
}
