import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import type { Broker } from '../broker/open-broker.ts'
import { addFilterOptions, buildLogRequest } from './filter-options.ts'
import type { FilterOptions } from './filter-options.ts'

const id = '6e35f1e9-7d34-48f7-9647-4ab2d58b4d04'
const agents: Record<string, object[]> = {
  'edge-1': [{ id, name: 'edge-1', cluster_name: 'berlin' }],
  twin: [
    { id, name: 'twin', cluster_name: 'berlin' },
    { id, name: 'twin', cluster_name: 'paris' },
  ],
}
/** Knows agents by name, and no more. */
const broker: Broker = {
  url: 'http://127.0.0.1',
  async get<T>(_path: string, query: readonly (readonly [string, string])[] = []) {
    const { name = '', cluster_name: cluster } = Object.fromEntries(query)
    const found = (agents[name] ?? []).filter((agent) => !cluster || Object.values(agent).includes(cluster))
    return { agents: found, next_cursor: null } as T // what a list of agents answers
  },
  send: () => Promise.reject(new Error('asks only')),
  open: () => Promise.reject(new Error('asks only')),
}

function request(...args: string[]) {
  const command = addFilterOptions(
    new Command().exitOverride().configureOutput({ writeErr: () => undefined }),
  )
  command.argument('[text...]').parse(args, { from: 'user' })
  return buildLogRequest(broker, command.opts<FilterOptions>(), command.args)
}

describe('flags become parameters', () => {
  test.each([
    [[], '/api/v1/logs', ''],
    [
      ['-n', 'production', '--pod', 'web-', '-c', 'app'],
      '/api/v1/logs',
      'namespace=production&pod_name=web-&container_name=app',
    ],
    [['-l', 'warn,ERROR', '-l', 'fatal'], '/api/v1/logs', 'level=warn&level=ERROR&level=fatal'],
    [
      ['-s', '15m', '-u', '2026-01-15T10:30:00+01:00'],
      '/api/v1/logs',
      'since=15m&until=2026-01-15T10%3A30%3A00%2B01%3A00',
    ],
    [['timed', 'out'], '/api/v1/logs', 'q=timed+out'],
    [['-q', '/a|b/'], '/api/v1/logs', 'q=%2Fa%7Cb%2F'],
    [['--attr', 'a=b=c', '--label', 'app=web'], '/api/v1/logs', 'attributes.a=b%3Dc&labels.app=web'],
    [['-a', id.toUpperCase()], '/api/v1/logs', `agent_id=${id}`],
    [['-a', 'edge-1'], '/api/v1/logs', `agent_id=${id}`],
    [['-a', 'paris/twin'], '/api/v1/logs', `agent_id=${id}`],
    [
      ['--work-order', 'w/1', '--deployment-object', 'd'],
      '/api/v1/work-orders/w%2F1/logs',
      'deployment_object_id=d',
    ],
    [
      ['--deployment-object', 'd', '--min-level', 'WARN'],
      '/api/v1/deployment-objects/d/logs',
      'min_level=WARN',
    ],
  ])('%j', async (args, path, search) => {
    const { path: asked, query } = await request(...args)
    expect([asked, new URLSearchParams(query.map(([...pair]) => pair)).toString()]).toEqual([path, search])
  })
})

describe('what is wrong is said, with what would be right', () => {
  test.each([
    [['-q', 'a', 'b'], "the text is given twice: 'b' and --grep 'a'"],
    [['-a', 'nobody'], "there is no agent 'nobody': `logboom agents` lists them"],
    [['-a', 'twin'], "several agents are called 'twin': say berlin/twin or paris/twin"],
    [['--attr', 'x'], /key=value/],
    [['-l', '!'], /TRACE, DEBUG, INFO/],
  ])('%j', async (args, message) => {
    await expect(async () => request(...args)).rejects.toThrow(message)
  })
})
