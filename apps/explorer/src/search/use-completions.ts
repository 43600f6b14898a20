import { matchingFields, quoteValue } from './complete-query.ts'
import type { Completable } from './complete-query.ts'
import { useFieldValues } from './use-fields.ts'

export interface Completion {
  shown: string
  insert: string
  count?: number
}

const shownMax = 12
const levels = ['FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE']

/** What may stand where the caret is: fields by their names, values with how often they occur. */
export function useCompletions(
  completable: Completable | null,
  known: readonly string[],
  params: string,
): Completion[] {
  const field = completable?.kind === 'value' ? completable.field : undefined
  const values = useFieldValues(field, params)
  if (!completable) return []
  if (completable.kind === 'field') {
    return matchingFields(completable.typed, known).map((name) => ({ shown: name, insert: `${name}:` }))
  }
  const typed = completable.typed.toLowerCase()
  const found = values?.values ?? []
  const offered = field === 'level' && found.length === 0 ? levels.map((value) => ({ value })) : found
  return offered
    .filter(({ value }) => value.toLowerCase().startsWith(typed))
    .slice(0, shownMax)
    .map((entry) => ({ ...entry, shown: entry.value, insert: `${quoteValue(entry.value)} ` }))
}
