import { Link } from 'wouter'

const tabs = [
  ['/work-orders', 'Work orders'],
  ['/deployment-objects', 'Deployment objects'],
] as const

/** What lines can be linked to. */
export function RegistryTabs() {
  return (
    <nav className="tabs" aria-label="What lines are linked to">
      {tabs.map(([path, name]) => (
        <Link key={path} href={path} className={(isActive) => (isActive ? 'page-link active' : 'page-link')}>
          {name}
        </Link>
      ))}
    </nav>
  )
}
