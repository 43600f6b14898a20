import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { ErrorBoundary } from '../components/error-boundary.tsx'
import { ToastPlace } from '../components/toast.tsx'
import { TopBar } from './top-bar.tsx'
import './layout.css'

/** What every page stands in once somebody is signed in. */
export function PageFrame({ children }: { children: ReactNode }) {
  const [path] = useLocation()
  return (
    <div className="frame">
      <a className="skip" href="#content">
        Skip to content
      </a>
      <TopBar />
      <main id="content" tabIndex={-1}>
        <ErrorBoundary place={path}>{children}</ErrorBoundary>
      </main>
      <ToastPlace />
    </div>
  )
}
