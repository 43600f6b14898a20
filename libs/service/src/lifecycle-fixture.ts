import { z } from 'zod'
import { baseConfig, secret } from './config.ts'
import { runProcess } from './lifecycle.ts'

/** A process for the tests of its life: what it does is said by its first argument. */
const Config = z.object({ ...baseConfig, KEY: secret().optional(), PORT: z.coerce.number().int().default(1) })

await runProcess('query-api', Config, async (config, life, log) => {
  life.onClose('first', () => log.info('first closed'))
  life.onClose('second', () => log.info('second closed'))
  // Something that keeps a process alive, as a server does.
  const idle = setInterval(() => {}, 60_000)
  life.onClose('idle', () => clearInterval(idle))
  switch (process.argv[2] ?? '') {
    case 'hang':
      life.onClose('dead peer', () => new Promise(() => {}))
      break
    case 'leak':
      setInterval(() => {}, 60_000)
      break
    case 'reload':
      life.onReload('broken', () => Promise.reject(new Error('the file is gone')))
      life.onReload('settings', () => log.info('read again'))
      break
    case 'throw':
      setTimeout(() => {
        throw new Error(`out of the blue ${config.KEY}`)
      }, 10)
      break
    case 'reject':
      void Promise.reject(new Error('nobody caught it'))
      break
    case 'task':
      life.spawn('follower', async () => {
        throw new Error('the follower fell')
      })
      break
    case 'no start':
      throw new Error('the port is taken')
    default:
      break
  }
})
