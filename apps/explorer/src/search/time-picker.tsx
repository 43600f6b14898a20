import { useState } from 'react'
import type { SyntheticEvent } from 'react'
import { Popover } from '../components/popover.tsx'
import { useTimeZone } from '../layout/use-time-zone.ts'
import { describeRange, presets, resolveRange } from './time-range.ts'
import type { TimeRange } from './time-range.ts'

interface TimePickerProps {
  range: TimeRange
  choose: (range: TimeRange) => void
}

export function TimePicker({ range, choose }: TimePickerProps) {
  const [zone] = useTimeZone()
  const words = describeRange(range, zone)
  return (
    <Popover label={<span aria-label={`Time range: ${words}`}>{words} ▾</span>} title="Time range">
      {(close) => {
        const take = (next: TimeRange) => {
          choose(next)
          close()
        }
        return (
          <div className="time-picker">
            <div className="presets">
              {presets.map(({ since, name }) => (
                <button
                  key={since}
                  className="button plain"
                  type="button"
                  aria-pressed={range.since === since && range.until === ''}
                  onClick={() => take({ since, until: '' })}
                >
                  {name}
                </button>
              ))}
            </div>
            <FixedRange range={range} take={take} />
          </div>
        )
      }}
    </Popover>
  )
}

function FixedRange({ range, take }: { range: TimeRange; take: (range: TimeRange) => void }) {
  const [zone, chooseZone] = useTimeZone()
  const now = resolveRange(range, Date.now())
  const [from, setFrom] = useState(() => fieldOf(now.from, zone === 'utc'))
  const [to, setTo] = useState(() => fieldOf(now.to, zone === 'utc'))
  const isWrong = from >= to
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (!isWrong) take({ since: timeOf(from, zone === 'utc'), until: timeOf(to, zone === 'utc') })
  }
  const changeZone = () => {
    const next = zone === 'utc' ? 'local' : 'utc'
    setFrom(fieldOf(Date.parse(timeOf(from, zone === 'utc')), next === 'utc'))
    setTo(fieldOf(Date.parse(timeOf(to, zone === 'utc')), next === 'utc'))
    chooseZone(next)
  }
  return (
    <form className="fixed-range" onSubmit={submit}>
      <label>
        From
        <input
          className="input"
          type="datetime-local"
          step="1"
          required
          value={from}
          onChange={(event) => setFrom(event.target.value)}
        />
      </label>
      <label>
        To
        <input
          className="input"
          type="datetime-local"
          step="1"
          required
          value={to}
          onChange={(event) => setTo(event.target.value)}
        />
      </label>
      {isWrong && <p className="query-fault">It must end after it begins.</p>}
      <button className="button primary" type="submit" disabled={isWrong}>
        Show
      </button>
      <button className="button plain small" type="button" onClick={changeZone}>
        Times are {zone === 'utc' ? 'UTC' : 'local'} · show {zone === 'utc' ? 'local' : 'UTC'}
      </button>
    </form>
  )
}

/** What a field of the kind `datetime-local` holds, to the second. */
function fieldOf(ms: number, isUtc: boolean): string {
  const shift = isUtc ? 0 : new Date(ms).getTimezoneOffset() * 60_000
  return new Date(ms - shift).toISOString().slice(0, 19)
}

function timeOf(field: string, isUtc: boolean): string {
  const date = new Date(isUtc ? `${field}Z` : field)
  return Number.isNaN(date.getTime()) ? field : date.toISOString()
}
