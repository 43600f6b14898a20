import { queryOptions } from '@tanstack/react-query'
import type { DeploymentObject, WorkOrder } from '@logboom/contracts'
import { readAll } from '../api/read-all.ts'
import { getJson } from '../api/request.ts'

export const workOrdersQuery = queryOptions({
  queryKey: ['work-orders', 'all'],
  queryFn: ({ signal }) => readAll<WorkOrder>('/work-orders', 'work_orders', signal),
  refetchInterval: 15_000,
})

export function workOrderQuery(id: string) {
  return queryOptions({
    queryKey: ['work-orders', id],
    queryFn: ({ signal }) => getJson<WorkOrder>(`/work-orders/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: 10_000,
  })
}

export const deploymentObjectsQuery = queryOptions({
  queryKey: ['deployment-objects', 'all'],
  queryFn: ({ signal }) => readAll<DeploymentObject>('/deployment-objects', 'deployment_objects', signal),
  refetchInterval: 15_000,
})

export function deploymentObjectQuery(id: string) {
  return queryOptions({
    queryKey: ['deployment-objects', id],
    queryFn: ({ signal }) =>
      getJson<DeploymentObject>(`/deployment-objects/${encodeURIComponent(id)}`, { signal }),
  })
}
