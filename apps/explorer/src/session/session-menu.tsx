import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { RefObject } from 'react'
import { Ago } from '../components/ago.tsx'
import { sessionQuery, signOut } from './session.ts'
import type { Session } from './session.ts'
import './session-menu.css'

/** Who is signed in, what they may, and the way out. */
export function SessionMenu({ session }: { session: Session }) {
  const element = useRef<HTMLDetailsElement>(null)
  useClosing(element)
  const name = session.label || session.kind
  return (
    <details className="session-menu" ref={element}>
      <summary className="button plain" aria-label={`Signed in as ${name}`}>
        <span className="name">{name}</span>
        <span aria-hidden="true">▾</span>
      </summary>
      <div className="panel">
        <dl>
          <dt>Signed in as</dt>
          <dd>{session.label || <span className="dim">a key without a label</span>}</dd>
          <dt>May</dt>
          <dd>{rightsOf(session)}</dd>
          <dt>Session ends</dt>
          <dd>
            <Ago time={session.expires_at} /> <span className="dim">unless it is used</span>
          </dd>
        </dl>
        <SignOutButton />
      </div>
    </details>
  )
}

function SignOutButton() {
  const client = useQueryClient()
  const leave = async () => {
    await signOut()
    const [own] = sessionQuery.queryKey
    client.setQueryData(sessionQuery.queryKey, null)
    // Nothing that one person has read stays for the next.
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== own })
  }
  return (
    <button className="button" type="button" onClick={() => void leave()}>
      Sign out
    </button>
  )
}

function rightsOf({ kind, agents, namespaces }: Session): string {
  if (kind === 'admin') return 'do everything (admin)'
  const scopes = [
    agents && `${agents.length === 1 ? 'one agent' : `${agents.length} agents`}`,
    namespaces && `${namespaces.length === 1 ? 'the namespace' : 'the namespaces'} ${namespaces.join(', ')}`,
  ].filter(Boolean)
  return scopes.length === 0 ? `read all logs (${kind})` : `read logs of ${scopes.join(', ')} (${kind})`
}

/** Escape and a click elsewhere close it. */
function useClosing(element: RefObject<HTMLDetailsElement | null>): void {
  useEffect(() => {
    const close = (event: Event) => {
      const menu = element.current
      if (!menu?.open) return
      if (event instanceof KeyboardEvent ? event.key !== 'Escape' : contains(menu, event.target)) return
      menu.open = false
      if (event instanceof KeyboardEvent) menu.querySelector('summary')?.focus()
    }
    document.addEventListener('click', close)
    document.addEventListener('keydown', close)
    return () => {
      document.removeEventListener('click', close)
      document.removeEventListener('keydown', close)
    }
  }, [element])
}

function contains(menu: HTMLElement, target: EventTarget | null): boolean {
  return target instanceof Node && menu.contains(target)
}
