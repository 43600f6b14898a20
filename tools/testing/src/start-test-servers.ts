import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runMigrations } from '@logboom/db'
import { endLeftovers, findRedis, startPostgres } from '@logboom/servers'
import type { TestProject } from 'vitest/node'
import './provided.ts'
import { databaseUrl, withClient } from './with-client.ts'

// A test's data need not outlive the machine.
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' }

/** Vitest's globalSetup: one PostgreSQL for the run with a migrated template, and the certainty that there is a Redis. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const log = (message: string) => project.vitest.logger.log(message)
  await removeLeftovers()
  const redisUrl = process.env.TEST_REDIS_URL ?? null
  if (redisUrl === null) await findRedis(log) // a missing Redis fails the run, once, with the line that installs it
  const dir = mkdtempSync(join(tmpdir(), `logboom-test-${process.pid}-`))
  chmodSync(dir, 0o711) // as root, PostgreSQL runs as another user
  const servers = { postgresUrl: '', template: `logboom_template_${process.pid}`, dir, redisUrl }
  const close: (() => Promise<unknown>)[] = [() => removeFolder(dir)]
  const tearDown = async () => {
    for (const step of close.toReversed()) await step()
  }
  try {
    const postgres = await openPostgres(dir, log)
    close.push(() => postgres.stop())
    servers.postgresUrl = postgres.url
    await makeTemplate(postgres.url, servers.template)
    close.push(() => dropTemplate(postgres.url, servers.template))
  } catch (error) {
    await tearDown()
    throw error
  }
  project.provide('servers', servers)
  return tearDown
}

async function openPostgres(
  dir: string,
  log: (message: string) => void,
): Promise<{ url: string; stop(): Promise<void> }> {
  const given = process.env.TEST_POSTGRES_URL
  if (given !== undefined) return { url: given, stop: () => Promise.resolve() }
  return startPostgres({ dataDir: join(dir, 'postgres'), settings: FAST, log })
}

async function makeTemplate(postgresUrl: string, template: string): Promise<void> {
  await withClient(postgresUrl, (admin) => admin.query(`create database ${template}`))
  await runMigrations({ url: databaseUrl(postgresUrl, template) })
}

function dropTemplate(postgresUrl: string, template: string): Promise<unknown> {
  return withClient(postgresUrl, (admin) => admin.query(`drop database ${template}`))
}

/** Ends the servers in it whose test file was killed, then removes it. */
async function removeFolder(dir: string): Promise<void> {
  if (await endLeftovers(dir)) rmSync(dir, { recursive: true, force: true })
}

/** What killed runs of this user left behind; the folder's name tells whose it is. */
async function removeLeftovers(): Promise<void> {
  for (const folder of readdirSync(tmpdir())) {
    const owner = /^logboom-test-(\d+)-/.exec(folder)?.[1]
    if (owner === undefined || isRunning(Number(owner))) continue
    await removeFolder(join(tmpdir(), folder)).catch(() => undefined) // another user's
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
