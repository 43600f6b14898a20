import type { StoredEntry } from '@logboom/contracts'
import type { Filter } from '../search/search-state.ts'

/** What can be done from a line: told by the page that shows it. */
export interface LineActions {
  addFilter: (filter: Filter) => void
  /** Puts these in place of all filters, and drops the text. */
  replaceFilters: (filters: Filter[]) => void
  showContext: (entry: StoredEntry) => void
  /** An address that shows the line among its neighbours. */
  linkTo: (entry: StoredEntry) => string
}
