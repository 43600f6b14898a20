import { Link, useLocation } from 'wouter'
import { HelpButton } from '../keyboard/help-button.tsx'
import { SessionMenu } from '../session/session-menu.tsx'
import { useSession } from '../session/session.ts'
import { LagIndicator } from './lag-indicator.tsx'
import { Mark } from './mark.tsx'
import { ThemeButton } from './theme-button.tsx'

const pages = [
  { path: '/search', name: 'Search' },
  { path: '/agents', name: 'Agents' },
  { path: '/work-orders', name: 'Work orders', also: '/deployment-objects' },
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
      {session && <SessionMenu session={session} />}
    </header>
  )
}

function PageLink({ path, name, also }: { path: string; name: string; also?: string }) {
  const [here] = useLocation()
  const isHere = [path, also].some((one) => one !== undefined && (here === one || here.startsWith(`${one}/`)))
  return (
    <Link
      href={path}
      className={isHere ? 'page-link active' : 'page-link'}
      aria-current={isHere ? 'page' : undefined}
    >
      {name}
    </Link>
  )
}
