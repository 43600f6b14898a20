import type { LogHistogram } from '@logboom/contracts'
import { useMemo } from 'react'
import { formatCount, formatShortCount } from '../format/format-count.ts'
import { formatClock } from '../format/format-time.ts'
import { useTimeZone } from '../layout/use-time-zone.ts'
import { HistogramLegend } from './histogram-legend.tsx'
import { layoutHistogram, layoutTicks } from './layout-histogram.ts'
import type { Bar, HistogramLayout } from './layout-histogram.ts'
import type { SearchState } from './search-state.ts'
import { fixedRange, moved, zoomedIn, zoomedOut } from './time-range.ts'
import type { TimeRange } from './time-range.ts'
import { useDrag } from './use-drag.ts'
import './histogram.css'

interface HistogramProps {
  histogram: LogHistogram
  state: SearchState
  choose: (range: TimeRange) => void
  toggleLevel: (level: string) => void
}

/** How many lines there were when, by level; a drag over it shows that time alone. */
export function Histogram({ histogram, state, choose, toggleLevel }: HistogramProps) {
  const layout = useMemo(() => layoutHistogram(histogram), [histogram])
  const { fromMs, toMs } = layout
  const timeAt = (fraction: number) => fromMs + (toMs - fromMs) * fraction
  const { handlers, stretch, at } = useDrag(({ from, to }) => choose(fixedRange(timeAt(from), timeAt(to))))
  const pointed = stretch || at === undefined ? undefined : barAt(layout, at)
  return (
    <section className="histogram" aria-label="Lines over time">
      <div className="histogram-plot" {...handlers}>
        <Bars layout={layout} label={describe(histogram)} />
        {stretch && (
          <div
            className="histogram-stretch"
            style={{ left: percent(stretch.from), width: percent(stretch.to - stretch.from) }}
          />
        )}
        {pointed && <BarWords bar={pointed} />}
        <span className="histogram-peak">{formatShortCount(layout.peak)}</span>
      </div>
      <Ticks layout={layout} />
      <div className="histogram-foot">
        <HistogramLegend histogram={histogram} state={state} toggleLevel={toggleLevel} />
        <CountedFrom histogram={histogram} />
        <div className="button-row" role="group" aria-label="Change the time shown">
          <ZoomButton sign="‹" name="Earlier" onClick={() => choose(moved(fromMs, toMs, -1))} />
          <ZoomButton sign="+" name="Zoom in" onClick={() => choose(zoomedIn(fromMs, toMs))} />
          <ZoomButton sign="−" name="Zoom out" onClick={() => choose(zoomedOut(fromMs, toMs, Date.now()))} />
          <ZoomButton sign="›" name="Later" onClick={() => choose(moved(fromMs, toMs, 1))} />
        </div>
      </div>
    </section>
  )
}

/** Time ran out before all was counted: the bars before it are empty, which does not mean that there are no lines. */
function CountedFrom({ histogram: { total_is_exact, counted_from } }: { histogram: LogHistogram }) {
  const [zone] = useTimeZone()
  if (total_is_exact) return null
  return (
    <span
      className="badge warning"
      title="Counting took too long: bars before it are empty, whatever there is"
    >
      {counted_from === undefined
        ? 'not all counted'
        : `counted from ${formatClock(counted_from, zone).slice(0, 8)} on`}
    </span>
  )
}

/** Drawn in units of a thousandth, and stretched to the width there is. */
function Bars({ layout, label }: { layout: HistogramLayout; label: string }) {
  return (
    <svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label={label}>
      {layout.uncountedUntil > 0 && (
        <rect className="uncounted" width={layout.uncountedUntil * 1000} height="100" />
      )}
      {layout.completeUntil !== undefined && layout.completeUntil < 1 && (
        <rect
          className="incomplete"
          x={layout.completeUntil * 1000}
          width={(1 - layout.completeUntil) * 1000}
          height="100"
        />
      )}
      {layout.bars.flatMap(({ x, width, fromMs, parts }) =>
        parts.map(({ level, y, height }) => (
          <rect
            key={`${fromMs} ${level}`}
            className={`bar level-${level}`}
            x={x * 1000 + width * 80}
            width={width * 840}
            y={y * 96 + 4}
            height={Math.max(height * 96, 0.7)}
          />
        )),
      )}
    </svg>
  )
}

function Ticks({ layout: { fromMs, toMs } }: { layout: HistogramLayout }) {
  const [zone] = useTimeZone()
  return (
    <div className="histogram-ticks" aria-hidden="true">
      {layoutTicks(fromMs, toMs, zone).map(({ x, words }) => (
        <span key={words} style={{ left: percent(x) }}>
          {words}
        </span>
      ))}
    </div>
  )
}

function BarWords({ bar }: { bar: Bar }) {
  const [zone] = useTimeZone()
  const clock = (ms: number) => formatClock(new Date(ms).toISOString(), zone).slice(0, 8)
  const middle = bar.x + bar.width / 2
  return (
    <div className={`bar-words ${middle > 0.5 ? 'left' : ''}`} style={{ left: percent(middle) }}>
      <div className="dim">
        {clock(bar.fromMs)} – {clock(bar.toMs)}
      </div>
      {bar.parts.map(({ level, count }) => (
        <div key={level} className="bar-part">
          <span className={`level-${level}`}>{level === 'none' ? 'no level' : level}</span>
          <span>{formatCount(count)}</span>
        </div>
      ))}
      {bar.total === 0 && <div>no lines</div>}
    </div>
  )
}

function ZoomButton({ sign, name, onClick }: { sign: string; name: string; onClick: () => void }) {
  return (
    <button className="button small plain" type="button" title={name} aria-label={name} onClick={onClick}>
      {sign}
    </button>
  )
}

function barAt({ bars }: HistogramLayout, at: number): Bar | undefined {
  return bars.find(({ x, width }) => at >= x && at < x + width)
}

function describe({ total, buckets }: LogHistogram): string {
  const errors = buckets.reduce((sum, { levels }) => sum + levels.ERROR + levels.FATAL, 0)
  return `${formatCount(total)} lines in ${buckets.length} bars, ${formatCount(errors)} of them errors`
}

function percent(fraction: number): string {
  return `${fraction * 100}%`
}
