import { freePort } from '@logboom/servers'
import { services } from './configure-services.ts'
import type { OpsPorts } from './configure-services.ts'

export interface Ports {
  port: number
  ingestPort: number
  opsPorts: OpsPorts
}

/** The public port as asked for, and loopback ports for the rest. */
export async function choosePorts(asked: number): Promise<Ports> {
  const taken = new Set([asked])
  const next = async () => {
    for (;;) {
      const port = await freePort()
      if (!taken.has(port)) return taken.add(port) && port
    }
  }
  const ofService = await Promise.all(services.map(async (service) => [service, await next()]))
  const port = asked === 0 ? await next() : asked
  return { port, ingestPort: await next(), opsPorts: Object.fromEntries(ofService) }
}
