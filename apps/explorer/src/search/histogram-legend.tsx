import type { LogHistogram } from '@logboom/contracts'
import { formatCount } from '../format/format-count.ts'
import { stackedLevels } from './layout-histogram.ts'
import { hasFilter } from './search-state.ts'
import type { SearchState } from './search-state.ts'

interface HistogramLegendProps {
  histogram: LogHistogram
  state: SearchState
  toggleLevel: (level: string) => void
}

/** How many lines of each level; a click shows that level alone, or another beside it. */
export function HistogramLegend({ histogram, state, toggleLevel }: HistogramLegendProps) {
  const counts = stackedLevels.map((level) => ({
    level,
    count: histogram.buckets.reduce((sum, { levels }) => sum + levels[level], 0),
    isChosen: hasFilter(state, { name: 'level', value: level }),
  }))
  return (
    <ul className="legend" aria-label="Levels">
      {counts
        .filter(({ count, isChosen }) => count > 0 || isChosen)
        .map(({ level, count, isChosen }) => (
          <li key={level}>
            <button
              type="button"
              className="button plain small"
              aria-pressed={isChosen}
              disabled={level === 'none'}
              title={level === 'none' ? 'Lines without a level' : `Only ${level}`}
              onClick={() => toggleLevel(level)}
            >
              <span className={`swatch level-${level}`} aria-hidden="true" />
              {level === 'none' ? 'no level' : level} <span className="dim">{formatCount(count)}</span>
            </button>
          </li>
        ))}
    </ul>
  )
}
