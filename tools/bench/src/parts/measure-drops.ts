import { generateKeyPairSync, sign } from 'node:crypto'
import { detachPartition, dropPartition, listLeaves, probeLeaf } from '@logboom/db'
import type { LeafState, ReceiptSigner } from '@logboom/db'
import type pg from 'pg'
import { probeLock } from '../probe-lock.ts'
import type { LockProbe } from '../probe-lock.ts'

export interface Drop {
  rows: number
  detachMs: number
  dropMs: number
  /** The longest that a writer waited for the table meanwhile. */
  heldMs: number
}

/** Drops every leaf that has wholly expired, one after another, as retention-worker does; nobody else works. */
export async function measureDrops(pool: pg.Pool, url: string): Promise<Drop[]> {
  const signer = benchSigner()
  const probe = await probeLock(url)
  try {
    const drops: Drop[] = []
    for (const leaf of (await listLeaves(pool)).filter(({ isPast }) => isPast))
      drops.push(await dropOne(pool, signer, leaf, probe))
    return drops
  } finally {
    await probe.stop()
  }
}

async function dropOne(
  pool: pg.Pool,
  signer: ReceiptSigner,
  leaf: LeafState,
  probe: LockProbe,
): Promise<Drop> {
  const { hasLive } = await probeLeaf(pool, leaf)
  if (hasLive) throw new Error('a leaf of the bench has expired wholly')
  probe.longestMs()
  const startedMs = performance.now()
  if ((await detachPartition(pool, leaf)) !== 'detached')
    throw new Error('nobody uses the leaf, but it is held')
  const detachedMs = performance.now()
  const dropped = await dropPartition(pool, signer, leaf)
  if (!dropped) throw new Error('somebody else has dropped the leaf')
  const [detachMs, dropMs] = [detachedMs - startedMs, performance.now() - detachedMs]
  return { rows: dropped.rows, detachMs, dropMs, heldMs: probe.longestMs() }
}

function benchSigner(): ReceiptSigner {
  const { privateKey } = generateKeyPairSync('ed25519')
  return { kid: 'bench', sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url') }
}
