import { useEffect } from 'react'

/** The tab says where one is. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Logboom`
  }, [title])
}
