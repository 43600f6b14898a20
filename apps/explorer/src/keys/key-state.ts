import type { Pak } from '@logboom/contracts'

export interface KeyState {
  words: 'works' | 'ends soon' | 'expired' | 'revoked'
  tone: 'good' | 'warning' | ''
  isOver: boolean
}

const soonMs = 3 * 86_400_000

export function keyStateOf(
  { revoked_at, expires_at }: Pick<Pak, 'revoked_at' | 'expires_at'>,
  nowMs: number,
): KeyState {
  if (revoked_at !== null) return { words: 'revoked', tone: '', isOver: true }
  const leftMs = expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(expires_at) - nowMs
  if (leftMs <= 0) return { words: 'expired', tone: '', isOver: true }
  return leftMs < soonMs
    ? { words: 'ends soon', tone: 'warning', isOver: false }
    : { words: 'works', tone: 'good', isOver: false }
}
