import { useQuery } from '@tanstack/react-query'
import { getJson } from '../api/request.ts'

interface Fields {
  fields: { name: string; kind: 'column' | 'label' | 'attribute' }[]
}

export interface FieldValues {
  values: { value: string; count: number }[]
  total_is_exact: boolean
}

const noNames: readonly string[] = []

/** Names of what lines can be filtered by; none where they cannot be had, which nothing depends on. */
export function useFieldNames(): readonly string[] {
  const fields = useQuery({
    queryKey: ['fields'],
    queryFn: ({ signal }) => getJson<Fields>('/fields', { signal }),
    select: (answer) => answer.fields.map(({ name }) => name),
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
