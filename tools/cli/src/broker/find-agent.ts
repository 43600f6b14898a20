import type { AgentWithProgress } from '@logboom/contracts'
import { CliError, exitCodes } from '../cli-error.ts'
import { collect, listAll } from './list-all.ts'
import type { Broker } from './open-broker.ts'

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

export function isUuid(text: string): boolean {
  return uuid.test(text)
}

/** The id of an agent that is named by its id, its name, or `cluster/name` where clusters share the name. */
export async function findAgentId(broker: Broker, named: string): Promise<string> {
  if (isUuid(named)) return named.toLowerCase()
  const found = await agentsNamed(broker, [['name', named]])
  const [cluster = '', ...rest] = named.split('/')
  const agents =
    found.length === 0 && rest.length > 0
      ? await agentsNamed(broker, [
          ['name', rest.join('/')],
          ['cluster_name', cluster],
        ])
      : found
  const [agent] = agents
  if (!agent)
    throw new CliError(`there is no agent '${named}': \`logboom agents\` lists them`, exitCodes.usage)
  if (agents.length > 1) {
    const names = agents.map(({ cluster_name, name }) => `${cluster_name}/${name}`)
    throw new CliError(`several agents are called '${named}': say ${names.join(' or ')}`, exitCodes.usage)
  }
  return agent.id
}

function agentsNamed(broker: Broker, query: [string, string][]): Promise<AgentWithProgress[]> {
  return collect(listAll<AgentWithProgress>(broker, '/api/v1/agents', 'agents', query))
}
