import { join } from 'node:path'
import { buildExplorer } from '@logboom/bundle/explorer'
import { findBrowser } from '@logboom/servers'
import { startSystem } from '@logboom/system'
import type { TestProject } from 'vitest/node'
import './provided.ts'
import { untilAnswering } from './until-answering.ts'

/** Vitest's globalSetup: the explorer as it is built for users, in front of a whole Logboom, and a real browser. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const log = (message: string) => project.vitest.logger.log(message)
  const browser = await findBrowser(process.env['CHROMIUM_PATH'], log)
  await buildExplorer(join(import.meta.dirname, '../../..'), log)
  const system = await startSystem()
  const { queryUrl: url, ingestUrl, admin } = system
  await untilAnswering([url, ingestUrl], admin)
  project.provide('explorer', { url, ingestUrl, admin, browser })
  return () => system.close()
}
