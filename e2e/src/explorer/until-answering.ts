import { callApi } from '@logboom/system'
import { until } from '@logboom/testing'

/** The first look-ups of a busy machine may come too late: 503, as it should be, but nothing that a page is tested by. */
export async function untilAnswering(urls: readonly string[], admin: string): Promise<void> {
  for (const url of urls) {
    const isAnswering = async () =>
      (await callApi('GET', `${url}/api/v1/agents`, { as: admin })).status === 200
    await until(isAnswering, { what: `${url} to answer`, timeoutMs: 30_000 })
    const mayWrite = async () =>
      (await callApi('POST', `${url}/api/v1/paks`, { as: admin, body: { kind: 'nobody' } })).status === 422
    await until(mayWrite, { what: `${url} to know its credentials`, timeoutMs: 30_000 })
  }
}
