import { formatShortCount } from '../format/format-count.ts'
import type { Completion } from './use-completions.ts'

interface CompletionListProps {
  completions: Completion[]
  chosen: number
  complete: (insert: string) => void
}

export function CompletionList({ completions, chosen, complete }: CompletionListProps) {
  return (
    <ul className="completions" id="completions" role="listbox" aria-label="Suggestions">
      {completions.map(({ shown, insert, count }, index) => (
        <li
          key={shown}
          id={`completion-${index}`}
          role="option"
          aria-selected={index === chosen}
          // before the field loses the focus, which would close the list
          onPointerDown={(event) => {
            event.preventDefault()
            complete(insert)
          }}
        >
          <bdi>{shown}</bdi>
          {count !== undefined && <span className="dim">{formatShortCount(count)}</span>}
        </li>
      ))}
    </ul>
  )
}
