import { queryOptions, useQueryClient } from '@tanstack/react-query'
import type { Receipt, RetentionPreview } from '@logboom/contracts'
import { getJson, sendJson } from '../api/request.ts'
import { canCheck, checkReceipts } from './check-receipts.ts'
import type { PublishedKey, ReceiptCheck } from './check-receipts.ts'

export interface CheckedReceipts {
  receipts: Receipt[]
  /** Undefined where this browser cannot check. */
  check: ReceiptCheck | undefined
}

export const receiptsQuery = queryOptions({
  queryKey: ['receipts'],
  queryFn: async ({ signal }): Promise<CheckedReceipts> => {
    const { receipts } = await getJson<{ receipts: Receipt[] }>('/retention/receipts?limit=100', { signal })
    if (!canCheck()) return { receipts, check: undefined }
    return { receipts, check: await checkReceipts(receipts, await readPublicKeys(signal)) }
  },
})

/** The keys are published beside the API, for everybody. */
async function readPublicKeys(signal: AbortSignal): Promise<PublishedKey[]> {
  const response = await fetch('/.well-known/jwks.json', { signal })
  if (!response.ok) return []
  const { keys } = (await response.json()) as { keys: PublishedKey[] } // RFC 7517
  return keys
}

/** What the next run deletes; with a class and its retention, as if it were changed so. */
export function previewRetention(supposed?: { name: string; seconds: number }): Promise<RetentionPreview> {
  const query = supposed
    ? `?${new URLSearchParams({ retention_class: supposed.name, retention_seconds: String(supposed.seconds) }).toString()}`
    : ''
  return sendJson('POST', `/retention/preview${query}`)
}

export function useRetentionChanged(): () => Promise<void> {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['retention'] })
}
