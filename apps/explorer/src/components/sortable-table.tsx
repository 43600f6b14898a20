import { useState } from 'react'
import type { ReactNode } from 'react'
import './sortable-table.css'

export interface Column<T> {
  name: string
  cell: (item: T) => ReactNode
  /** What it is sorted by; a column without it is not sorted by. What is not known comes last. */
  value?: (item: T) => string | number | null
  isNumber?: boolean
}

interface Props<T> {
  /** Read out as the table's name. */
  label: string
  columns: readonly Column<T>[]
  items: readonly T[]
  keyOf: (item: T) => string
  /** The column that it is sorted by at first; default: as the items come. */
  sortedBy?: string
  rowClass?: (item: T) => string | undefined
}

interface Order {
  name: string | undefined
  isDescending: boolean
}

export function SortableTable<T>({ label, columns, items, keyOf, sortedBy, rowClass }: Props<T>) {
  const [order, setOrder] = useState<Order>({ name: sortedBy, isDescending: false })
  const sortBy = (name: string) =>
    setOrder((before) => ({ name, isDescending: before.name === name && !before.isDescending }))
  return (
    // Reached by keyboard, since it may have to be scrolled.
    <div className="table-frame" role="region" aria-label={label} tabIndex={0}>
      <table className="table sortable">
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.name} column={column} order={order} sortBy={sortBy} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted(items, columns, order).map((item) => (
            <tr key={keyOf(item)} className={rowClass?.(item)}>
              {columns.map(({ name, cell, isNumber }) => (
                <td key={name} className={isNumber ? 'number' : undefined}>
                  {cell(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface HeadProps<T> {
  column: Column<T>
  order: Order
  sortBy: (name: string) => void
}

function Head<T>({ column: { name, value, isNumber }, order, sortBy }: HeadProps<T>) {
  const isSorted = order.name === name
  const direction = order.isDescending ? 'descending' : 'ascending'
  return (
    <th scope="col" className={isNumber ? 'number' : undefined} aria-sort={isSorted ? direction : undefined}>
      {value && name ? (
        <button type="button" onClick={() => sortBy(name)}>
          {name}
          <span className="direction" aria-hidden="true">
            {isSorted ? (order.isDescending ? '▾' : '▴') : ''}
          </span>
        </button>
      ) : (
        <span className={name.startsWith('(') ? 'unseen' : undefined}>{name.replace(/^\(|\)$/g, '')}</span>
      )}
    </th>
  )
}

function sorted<T>(items: readonly T[], columns: readonly Column<T>[], order: Order): readonly T[] {
  const value = columns.find(({ name }) => name === order.name)?.value
  if (!value) return items
  const sign = order.isDescending ? -1 : 1
  return items.toSorted((a, b) => compare(value(a), value(b), sign))
}

/** What is not known comes last, whichever way. */
function compare(a: string | number | null, b: string | number | null, sign: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  if (typeof a === 'number' && typeof b === 'number') return sign * (a - b)
  return sign * String(a).localeCompare(String(b), 'en', { numeric: true })
}
