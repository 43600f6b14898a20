import { useEffect, useRef, useState } from 'react'

interface RetryCountdownProps {
  afterMs: number
  retry: () => void
}

/** Tries again by itself, and says when. */
export function RetryCountdown({ afterMs, retry }: RetryCountdownProps) {
  const [left, setLeft] = useState(Math.ceil(afterMs / 1000))
  const latest = useRef(retry)
  useEffect(() => {
    latest.current = retry
  })
  useEffect(() => {
    if (left <= 0) return latest.current()
    const timer = setTimeout(() => setLeft(left - 1), 1000)
    return () => clearTimeout(timer)
  }, [left])
  return <span aria-live="off">{left > 0 ? `Again in ${left} s` : 'Trying again …'}</span>
}
