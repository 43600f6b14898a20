import { useEffect, useState } from 'react'
import { formatDuration } from '../format/format-duration.ts'
import { formatMoment } from '../format/format-time.ts'

const tickMs = 5_000

/** `3 min ago`, `in 2 h`; the moment itself when pointed at. */
export function Ago({ time, never = 'never' }: { time: string | null; never?: string }) {
  const nowMs = useNow()
  if (time === null) return <span className="dim">{never}</span>
  const seconds = (nowMs - Date.parse(time)) / 1000
  // The clocks of browser and broker differ a little.
  const words =
    Math.abs(seconds) < 2
      ? 'now'
      : seconds > 0
        ? `${formatDuration(Math.round(seconds))} ago`
        : `in ${formatDuration(Math.round(-seconds))}`
  return (
    <time dateTime={time} title={formatMoment(time, 'local')}>
      {words}
    </time>
  )
}

function useNow(): number {
  const [nowMs, setNowMs] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), tickMs)
    return () => clearInterval(timer)
  }, [])
  return nowMs
}
