import { join } from 'node:path'
import { buildExplorer } from '@logboom/bundle/explorer'
import { createLifecycle, createLogger, secretsOf, superviseProcess } from '@logboom/service'
import type { Lifecycle, Logger } from '@logboom/service'
import { configureServices, schemas } from './configure-services.ts'
import type { ServiceName } from './configure-services.ts'
import { migrateAndRegister } from './migrate-and-register.ts'
import type { Registered } from './migrate-and-register.ts'
import { openLogFile } from './open-log-file.ts'
import type { Options } from './options.ts'
import { planPlaces } from './plan-places.ts'
import type { Plan } from './plan-places.ts'
import { renderBanner } from './render-banner.ts'
import { startServers } from './start-servers.ts'
import { startServices } from './start-services.ts'

/** Brings everything up and prints how to use it; the process then lives until a signal or a fault ends it. */
export async function runStandalone(options: Options): Promise<void> {
  const plan = await planPlaces(options, say)
  // Once with places that are not known yet, so that a fault is told before anything starts.
  const { LOG_LEVEL: level, SHUTDOWN_GRACE_MS: graceMs } = configureServices(plan.sources, plan)['ingest-api']
  const destination = openLogFile(plan.servicesLog, (line) => mirror(line, options.verbose))
  const logOf: LogOf = (service, secrets) => createLogger(service, { level, destination, secrets })
  const log = logOf('standalone', [plan.signingKeySecret])
  const life = createLifecycle(log, { graceMs })
  life.signal.addEventListener('abort', () => {
    if (!life.failed) say('stopping; Ctrl-C once more ends it at once')
  })
  void life.closed.then(() => say('stopped'))
  superviseProcess(life)
  try {
    const registered = await start(plan, life, logOf)
    if (life.stopping) return
    log.info('started')
    process.stdout.write(bannerOf(options, plan, registered))
  } catch (err) {
    if (life.stopping) return
    say(messageOf(err))
    await life.fail('start failed', err)
  }
}

type LogOf = (service: ServiceName | 'standalone', secrets: string[]) => Logger

async function start(plan: Plan, life: Lifecycle, logOf: LogOf): Promise<Registered> {
  const built = buildPages()
  const { databaseUrl, redisUrl, logPaths } = await startServers({ ...plan.servers, say }, life)
  const registered = await migrateAndRegister({ ...plan.keys, databaseUrl, say })
  const configs = configureServices(plan.sources, {
    ...plan,
    databaseUrl,
    redisUrl,
    agentId: registered.agentId,
    // Of another agent, such as one that was deleted, the spool would hold nothing that the broker takes.
    spoolDir: join(plan.spoolDir, registered.agentId),
    follow: [...logPaths, plan.servicesLog, ...plan.follow],
  })
  await built
  if (life.stopping) return registered
  say('starting the services')
  await startServices(configs, life, (service) =>
    logOf(service, secretsOf(service, schemas[service], configs[service])),
  )
  return registered
}

/** What the explorer shows can be had by the API as well: without it, the rest runs. */
async function buildPages(): Promise<void> {
  const root = join(import.meta.dirname, '../../..')
  await buildExplorer(root, say).catch((error: unknown) => say(`${messageOf(error)}; the rest runs`))
}

function bannerOf(options: Options, plan: Plan, registered: Registered): string {
  return renderBanner({
    ...plan,
    ...registered,
    url: plan.publicUrl,
    adminPakFile: plan.keys.adminPakFile,
    dataDir: options.dataDir,
    showsKey: process.stdout.isTTY,
    opsPorts: options.verbose ? plan.opsPorts : undefined,
  })
}

/** A line of the services' log on the terminal: all of them when asked for, otherwise errors in short. */
function mirror(line: string, verbose: boolean): void {
  if (verbose) return void process.stderr.write(line)
  if (!line.includes('"level":"error"')) return
  const { service, msg, err } = JSON.parse(line) as {
    service: string
    msg: string
    err?: { message?: string }
  } // our own
  if (service === 'standalone') return // what keeps it from starting was said already
  say(`${service}: ${msg}${err?.message === undefined ? '' : ` (${err.message})`}`)
}

function say(line: string): void {
  process.stderr.write(`logboom: ${line}\n`)
}

function messageOf(err: unknown): string {
  if (!(err instanceof Error)) return String(err)
  // Each address of a name was tried, and the error for all of them has no message.
  const cause = err instanceof AggregateError ? err.errors[0] : err.cause
  return [err.message, cause === undefined ? '' : messageOf(cause)].filter(Boolean).join(': ')
}
