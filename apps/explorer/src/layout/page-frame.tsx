import type { ReactNode } from 'react'
import { TopBar } from './top-bar.tsx'
import './layout.css'

/** What every page stands in once somebody is signed in. */
export function PageFrame({ children }: { children: ReactNode }) {
  return (
    <div className="frame">
      <a className="skip" href="#content">
        Skip to content
      </a>
      <TopBar />
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </div>
  )
}
