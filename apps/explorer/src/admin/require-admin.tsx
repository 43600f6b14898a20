import type { ReactNode } from 'react'
import { useSession } from '../session/session.ts'

/** The API refuses others anyway; this spares them a page of errors. */
export function RequireAdmin({ children }: { children: ReactNode }) {
  if (useSession()?.kind === 'admin') return children
  return (
    <div className="page">
      <div className="notice">
        <strong>This page is for admins</strong>
        <p>Your key reads logs. Sign in with an admin key to see it.</p>
      </div>
    </div>
  )
}
