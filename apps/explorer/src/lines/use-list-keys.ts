import type { StoredEntry } from '@logboom/contracts'
import { copyText } from '../components/copy-text.ts'
import { useShortcuts } from '../keyboard/use-shortcuts.ts'
import type { LineActions } from './line-actions.ts'
import type { EntryRow, ListRow } from './list-row.ts'

interface ListKeys {
  rows: readonly ListRow[]
  activeKey: string | undefined
  actions: LineActions
  activate: (index: number) => void
  toggle: (key: string) => void
  unfold: (key: string) => void
  closeAll: () => void
}

/** Moves through a list of lines, and acts on the one that is active. */
export function useListKeys({
  rows,
  activeKey,
  actions,
  activate,
  toggle,
  unfold,
  closeAll,
}: ListKeys): void {
  const at = () => (activeKey === undefined ? -1 : rows.findIndex(({ key }) => key === activeKey))
  const step = (by: 1 | -1) => {
    let next = at() + by
    while (rows[next] && rows[next]?.kind !== 'entry') next += by
    if (rows[next]) activate(next)
  }
  const withActive = (act: (row: EntryRow) => void) => () => {
    const row = rows[at()]
    if (row?.kind === 'entry') act(row)
  }
  const ofEntry = (act: (entry: StoredEntry) => void) => withActive(({ entry }) => act(entry))
  const open = withActive(({ key }) => toggle(key))
  useShortcuts({
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    g: () => activate(rows.findIndex(({ kind }) => kind === 'entry')),
    G: () => activate(rows.findLastIndex(({ kind }) => kind === 'entry')),
    o: open,
    e: open,
    Enter: open,
    f: withActive(({ key, folded }) => {
      if (folded.length > 0) unfold(key)
    }),
    c: ofEntry((entry) => actions.showContext(entry)),
    y: ofEntry((entry) => void copyText(entry.message, 'Line')),
    Escape: closeAll,
  })
}
