import { useRef } from 'react'
import { ApiProblem } from '../api/api-problem.ts'
import { useShortcuts } from '../keyboard/use-shortcuts.ts'
import { CompletionList } from './completion-list.tsx'
import type { QueryText } from './parse-query-text.ts'
import { useQueryText } from './use-query-text.ts'

interface QueryBoxProps {
  q: string
  /** Of the search as it is, which values are suggested from. */
  params: string
  problem: unknown
  search: (text: QueryText) => void
}

/** What is looked for: a text, `/an expression/`, and filters, which become chips. */
export function QueryBox({ q, params, problem, search }: QueryBoxProps) {
  const { text, put, submit, completions, chosen, complete, obey, close } = useQueryText(q, params, search)
  const input = useRef<HTMLInputElement>(null)
  useShortcuts({ '/': () => input.current?.select() })
  const fault = problem instanceof ApiProblem && problem.status === 400 ? problem.message : undefined
  return (
    <form
      className="query-box"
      role="search"
      onSubmit={(event) => {
        submit(event)
        input.current?.blur() // so that the keys move through what is found
      }}
    >
      <input
        ref={input}
        className="input mono"
        type="text"
        value={text}
        placeholder="Text or /regex/, and filters: namespace:prod level>=warn trace_id=…"
        aria-label="Search messages"
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : 'query-fault'}
        role="combobox"
        aria-expanded={completions.length > 0}
        aria-controls="completions"
        aria-autocomplete="list"
        aria-activedescendant={completions[chosen] && `completion-${chosen}`}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        onChange={({ target }) => put(target.value, target.selectionStart)}
        onKeyDown={(event) => {
          if (obey(event)) event.preventDefault()
          else if (event.key === 'Escape') input.current?.blur()
        }}
        onBlur={close}
      />
      {completions.length > 0 && <CompletionList {...{ completions, chosen, complete }} />}
      {fault !== undefined && (
        <p id="query-fault" className="query-fault" role="alert">
          {fault}
        </p>
      )}
    </form>
  )
}
