import { useQuery } from '@tanstack/react-query'
import type { FieldList, FieldValues } from '@logboom/contracts'
import { getJson } from '../api/request.ts'

const noNames: readonly string[] = []

/** Names of what lines can be filtered by; none where they cannot be had, which nothing depends on. */
export function useFieldNames(): readonly string[] {
  const fields = useQuery({
    queryKey: ['fields'],
    queryFn: ({ signal }) => getJson<FieldList>('/fields', { signal }),
    select: (answer) => answer.fields.filter(({ filter }) => filter).map(({ name }) => name),
    staleTime: 60_000,
    retry: false,
  })
  return fields.data ?? noNames
}

/** The most frequent values of a field among the lines that `params` find. */
export function useFieldValues(field: string | undefined, params: string) {
  return useQuery({
    queryKey: ['field-values', field, params],
    queryFn: ({ signal }) =>
      getJson<FieldValues>(`/fields/${encodeURIComponent(field ?? '')}/values?${params}`, { signal }),
    enabled: field !== undefined,
    staleTime: 30_000,
    retry: false,
  }).data
}
