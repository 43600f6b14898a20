import { CreateAgent, Problem } from '@logboom/contracts'
import { createAgent } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { readJson } from '../read-json.ts'
import type { RegistryDeps } from '../registry-deps.ts'

export function createAgentRoute({ db, authenticator }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const { cluster_name: clusterName, ...fields } = await readJson(req, res, CreateAgent)
    const agent = await createAgent(db, { ...fields, clusterName })
    if (agent === 'taken')
      throw new Problem('conflict', 'an agent with this name and cluster, or with this id, exists')
    res.status(201).location(`/api/v1/agents/${agent.id}`).json(agent)
  }
}
