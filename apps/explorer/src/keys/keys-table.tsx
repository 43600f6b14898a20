import type { Pak } from '@logboom/contracts'
import { useState } from 'react'
import { Link } from 'wouter'
import { Ago } from '../components/ago.tsx'
import { SortableTable } from '../components/sortable-table.tsx'
import type { Column } from '../components/sortable-table.tsx'
import { keyStateOf } from './key-state.ts'
import { RevokeKeyDialog } from './revoke-key-dialog.tsx'
import { RotateKeyDialog } from './rotate-key-dialog.tsx'

interface Props {
  keys: readonly Pak[]
  /** Names of agents by their ids; without it keys of one agent are shown. */
  agentNames?: ReadonlyMap<string, string>
  say: (sentence: string) => void
}

type Open = { what: 'rotate' | 'revoke'; key: Pak }

export function KeysTable({ keys, agentNames, say }: Props) {
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const columns = [
    ...(agentNames ? [labelColumn, kindColumn, ownerColumn(agentNames)] : [labelColumn]),
    ...sharedColumns,
    actionsColumn(setOpen),
  ]
  return (
    <>
      <SortableTable
        label="Keys"
        columns={columns}
        items={keys}
        keyOf={({ id }) => id}
        rowClass={(key) => (keyStateOf(key, Date.now()).isOver ? 'over' : undefined)}
      />
      {open?.what === 'rotate' && <RotateKeyDialog old={open.key} say={say} onClose={close} />}
      {open?.what === 'revoke' && <RevokeKeyDialog pak={open.key} say={say} onClose={close} />}
    </>
  )
}

const labelColumn: Column<Pak> = {
  name: 'Label',
  value: ({ label }) => label,
  cell: ({ label, short }) => (
    <>
      {label || <span className="dim">no label</span>}
      <div className="mono dim">logboom_{short}_…</div>
    </>
  ),
}

const kindColumn: Column<Pak> = { name: 'Kind', value: ({ kind }) => kind, cell: ({ kind }) => kind }

function ownerColumn(names: ReadonlyMap<string, string>): Column<Pak> {
  const nameOf = (id: string) => names.get(id) ?? id.slice(0, 8)
  return {
    name: 'For',
    value: ({ agent_id }) => (agent_id === null ? null : nameOf(agent_id)),
    cell: ({ agent_id, kind, scope_agents, scope_namespaces }) => {
      if (agent_id !== null) return <Link href={`/agents/${agent_id}`}>{nameOf(agent_id)}</Link>
      if (kind === 'admin') return 'everything'
      const scopes = [scope_agents?.map(nameOf).join(', '), scope_namespaces?.join(', ')].filter(Boolean)
      return scopes.length === 0 ? 'all logs' : `logs of ${scopes.join(' in ')}`
    },
  }
}

const sharedColumns: readonly Column<Pak>[] = [
  {
    name: 'State',
    value: (key) => keyStateOf(key, Date.now()).words,
    cell: (key) => {
      const { words, tone } = keyStateOf(key, Date.now())
      return <span className={`badge ${tone}`}>{words}</span>
    },
  },
  {
    name: 'Last used',
    value: ({ last_used_at }) => last_used_at,
    cell: ({ last_used_at }) => <Ago time={last_used_at} />,
  },
  {
    name: 'Issued',
    value: ({ created_at }) => created_at,
    cell: ({ created_at }) => <Ago time={created_at} />,
  },
  {
    name: 'Ends',
    value: ({ revoked_at, expires_at }) => revoked_at ?? expires_at,
    cell: ({ revoked_at, expires_at }) => <Ago time={revoked_at ?? expires_at} />,
  },
]

function actionsColumn(open: (what: Open) => void): Column<Pak> {
  return {
    name: '(Actions)',
    cell: (key) =>
      keyStateOf(key, Date.now()).isOver ? null : (
        <div className="actions">
          <button className="button small" type="button" onClick={() => open({ what: 'rotate', key })}>
            Rotate
          </button>
          <button className="button small danger" type="button" onClick={() => open({ what: 'revoke', key })}>
            Revoke
          </button>
        </div>
      ),
  }
}
