import { useQueryClient } from '@tanstack/react-query'
import { Link } from 'wouter'
import { sessionQuery, signOut, useSession } from '../session/session.ts'
import { HelpButton } from '../keyboard/help-button.tsx'
import { LagIndicator } from './lag-indicator.tsx'
import { Mark } from './mark.tsx'
import { ThemeButton } from './theme-button.tsx'

const pages = [
  { path: '/search', name: 'Search' },
  { path: '/agents', name: 'Agents' },
  { path: '/work-orders', name: 'Work orders' },
]
const adminPages = [
  { path: '/admin/keys', name: 'Keys' },
  { path: '/admin/limits', name: 'Limits' },
  { path: '/admin/retention', name: 'Retention' },
  { path: '/admin/dead-letters', name: 'Dead letters' },
]

export function TopBar() {
  const session = useSession()
  return (
    <header className="top-bar">
      <Link className="brand" href="/search">
        <Mark /> Logboom
      </Link>
      <nav aria-label="Pages">
        {pages.map((page) => (
          <PageLink key={page.path} {...page} />
        ))}
        {session?.kind === 'admin' && <span className="divider" aria-hidden="true" />}
        {session?.kind === 'admin' && adminPages.map((page) => <PageLink key={page.path} {...page} />)}
      </nav>
      <LagIndicator />
      <HelpButton />
      <ThemeButton />
      <SignOutButton label={session?.label ?? ''} kind={session?.kind ?? ''} />
    </header>
  )
}

function PageLink({ path, name }: { path: string; name: string }) {
  return (
    <Link href={path} className={(isActive) => (isActive ? 'page-link active' : 'page-link')}>
      {name}
    </Link>
  )
}

function SignOutButton({ label, kind }: { label: string; kind: string }) {
  const client = useQueryClient()
  const leave = async () => {
    await signOut()
    client.clear() // nothing that one person has read stays for the next
    client.setQueryData(sessionQuery.queryKey, null)
  }
  return (
    <button className="button plain" type="button" title={`${label} (${kind})`} onClick={() => void leave()}>
      Sign out
    </button>
  )
}
