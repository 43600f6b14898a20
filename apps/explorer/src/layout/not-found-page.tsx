import { Link } from 'wouter'

export function NotFoundPage() {
  return (
    <div className="page">
      <h1>There is no such page</h1>
      <p>
        <Link href="/search">Search the logs</Link>
      </p>
    </div>
  )
}
