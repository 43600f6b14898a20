import { useState } from 'react'
import type { KeyboardEvent, SyntheticEvent } from 'react'
import { applyCompletion, completableAt } from './complete-query.ts'
import { parseQueryText } from './parse-query-text.ts'
import type { QueryText } from './parse-query-text.ts'
import { useCompletions } from './use-completions.ts'
import { useFieldNames } from './use-fields.ts'

/** What is typed into the query box, what it may be completed to, and which of these is chosen. */
export function useQueryText(q: string, params: string, search: (text: QueryText) => void) {
  const [text, setText] = useState(q)
  const [caret, setCaret] = useState<number | null>(null)
  const [chosen, setChosen] = useState(-1)
  const known = useFieldNames()
  const completable = caret === null ? null : completableAt(text, caret, known)
  const completions = useCompletions(completable, known, params)

  const put = (next: string, caretAt: number | null) => {
    setText(next)
    setCaret(caretAt)
    setChosen(-1)
  }
  const submit = (event?: SyntheticEvent) => {
    event?.preventDefault()
    const parsed = parseQueryText(text, known)
    put(parsed.q, null)
    search(parsed)
  }
  const complete = (completion: string) => {
    if (!completable) return
    const next = applyCompletion(text, completable, completion)
    put(next.text, next.caret)
  }
  /** Whether the key was one for the suggestions. */
  const obey = ({ key, shiftKey }: KeyboardEvent): boolean => {
    const count = completions.length
    if (count === 0) return false
    const wanted = completions[chosen] ?? (key === 'Tab' && !shiftKey ? completions[0] : undefined)
    if (key === 'Escape') setCaret(null)
    else if (key === 'ArrowDown') setChosen((chosen + 1) % count)
    else if (key === 'ArrowUp') setChosen(chosen <= 0 ? count - 1 : chosen - 1)
    else if ((key === 'Enter' || key === 'Tab') && wanted) complete(wanted.insert)
    else return false
    return true
  }
  return { text, put, submit, completions, chosen, complete, obey, close: () => setCaret(null) }
}
