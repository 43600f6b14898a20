import { Popover } from '../components/popover.tsx'
import { rangeParams } from './search-state.ts'
import type { SearchState } from './search-state.ts'

const formats = [
  { format: 'ndjson', name: 'NDJSON', hint: 'every field, one entry per line' },
  { format: 'csv', name: 'CSV', hint: 'for spreadsheets' },
  { format: 'text', name: 'Text', hint: 'time, source and message' },
] as const

/** Downloads of all lines that the search finds, not only of those that are loaded. */
export function ExportMenu({ state }: { state: SearchState }) {
  return (
    <Popover label="Export ▾" title="Export all lines found">
      {(close) => (
        <ul className="menu">
          {formats.map(({ format, name, hint }) => {
            const params = rangeParams(state)
            params.set('order', state.order)
            params.set('format', format)
            return (
              <li key={format}>
                <a href={`/api/v1/logs/export?${params}`} download onClick={close}>
                  <strong>{name}</strong> <span className="dim">{hint}</span>
                </a>
              </li>
            )
          })}
        </ul>
      )}
    </Popover>
  )
}
