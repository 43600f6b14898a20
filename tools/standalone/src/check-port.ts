import { createServer } from 'node:net'

const reasons: Record<string, string> = {
  EADDRINUSE: 'is taken by another program',
  EACCES: 'may only be used by root',
}

/** Throws, in words for the terminal, when the port cannot be had: before anything is started. */
export async function checkPort(port: number, host: string): Promise<void> {
  const code = await tryListen(port, host)
  if (code === undefined) return
  const reason = reasons[code]
  if (reason === undefined)
    throw new Error(`cannot listen on ${host} (${code}); choose an address of this machine with --host`)
  const other = port < 1024 ? 3100 : port < 65_535 ? port + 1 : 3100
  throw new Error(`port ${port} ${reason}; choose another one: npm start -- --port ${other}`)
}

function tryListen(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve('code' in error ? String(error.code) : error.message))
    server.listen({ port, host }, () => server.close(() => resolve(undefined)))
  })
}
