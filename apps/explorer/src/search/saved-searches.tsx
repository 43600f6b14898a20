import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { SavedSearch } from '@logboom/contracts'
import { useState } from 'react'
import type { SyntheticEvent } from 'react'
import { Link } from 'wouter'
import { readAll } from '../api/read-all.ts'
import { sendJson } from '../api/request.ts'
import { Failure } from '../components/failure.tsx'
import { Popover } from '../components/popover.tsx'
import { showToast } from '../components/toast.tsx'
import { writeSearchState } from './search-state.ts'
import type { SearchState } from './search-state.ts'

const queryKey = ['saved-searches']

/** Searches that were kept, one's own and those that others share; and how to keep this one. */
export function SavedSearches({ state }: { state: SearchState }) {
  return (
    <Popover label="Saved ▾" title="Saved searches">
      {(close) => (
        <div className="saved-searches">
          <SavedList close={close} />
          <SaveForm state={state} />
        </div>
      )}
    </Popover>
  )
}

function SavedList({ close }: { close: () => void }) {
  const client = useQueryClient()
  const saved = useQuery({
    queryKey,
    queryFn: ({ signal }) => readAll<SavedSearch>('/saved-searches', 'saved_searches', signal),
  })
  const remove = useMutation({
    mutationFn: (id: string) => sendJson('DELETE', `/saved-searches/${encodeURIComponent(id)}`),
    onSuccess: () => client.invalidateQueries({ queryKey }),
  })
  if (saved.error) return <Failure error={saved.error} />
  if (saved.data?.items.length === 0) return <p className="dim">Nothing is saved yet.</p>
  return (
    <>
      <ul className="menu">
        {saved.data?.items.map(({ id, name, query, shared, own }) => (
          <li key={id}>
            <Link href={`/search?${query}`} onClick={close} title={query}>
              <bdi>{name}</bdi>{' '}
              {shared && <span className="badge">{own ? 'shared' : 'shared by another'}</span>}
            </Link>
            {own && (
              <button
                className="button plain small"
                type="button"
                aria-label={`Delete saved search ${name}`}
                onClick={() => remove.mutate(id)}
              >
                ✕
              </button>
            )}
          </li>
        ))}
      </ul>
      {remove.error && <Failure error={remove.error} />}
    </>
  )
}

function SaveForm({ state }: { state: SearchState }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const save = useMutation({
    mutationFn: () =>
      sendJson('POST', '/saved-searches', {
        name,
        shared,
        query: writeSearchState({ ...state, live: false }),
      }),
    onSuccess: async () => {
      setName('')
      showToast('Search saved')
      await client.invalidateQueries({ queryKey })
    },
  })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form className="save-form" onSubmit={submit}>
      <input
        className="input"
        value={name}
        required
        maxLength={120}
        placeholder="Save this search as …"
        aria-label="Name of the search"
        onChange={(event) => setName(event.target.value)}
      />
      <button className="button" type="submit" disabled={save.isPending}>
        Save
      </button>
      <label>
        <input type="checkbox" checked={shared} onChange={(event) => setShared(event.target.checked)} /> for
        everybody who may read what it names
      </label>
      {save.error && <Failure error={save.error} />}
    </form>
  )
}
