import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { SyntheticEvent } from 'react'
import { useLocation, useSearch } from 'wouter'
import { useTitle } from '../components/use-title.ts'
import { Mark } from '../layout/mark.tsx'
import { providersQuery } from './providers.ts'
import { returnPath } from './return-path.ts'
import { sessionQuery, signIn } from './session.ts'
import { SignInFailure } from './sign-in-failure.tsx'
import './sign-in-page.css'

export function SignInPage() {
  useTitle('Sign in')
  const search = useSearch()
  const returnTo = returnPath(search)
  const issuers = useQuery(providersQuery).data?.oidc ?? []
  const refused = new URLSearchParams(search).get('error')
  return (
    <main className="sign-in">
      <div className="panel">
        <h1>
          <Mark /> Logboom
        </h1>
        {returnTo !== '/' && <p className="dim">Sign in to see what you were looking for.</p>}
        {refused !== null && (
          <p className="notice danger" role="alert">
            Your organisation’s sign-in did not let you in ({refused}). Try again, or sign in with a key.
          </p>
        )}
        <KeyForm returnTo={returnTo} />
        {issuers.map(({ id, name }) => (
          <a key={id} className="button" href={loginUrl(id, returnTo)}>
            Sign in with {name}
          </a>
        ))}
      </div>
    </main>
  )
}

function KeyForm({ returnTo }: { returnTo: string }) {
  const [pak, setPak] = useState('')
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const attempt = useMutation({
    mutationFn: signIn,
    onSuccess: (session) => {
      client.setQueryData(sessionQuery.queryKey, session)
      navigate(returnTo, { replace: true })
    },
  })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    attempt.mutate(pak.trim())
  }
  return (
    <form onSubmit={submit}>
      <label>
        Key
        <input
          className="input mono"
          type="password"
          name="pak"
          autoComplete="current-password"
          autoFocus
          required
          placeholder="logboom_…"
          aria-describedby="key-hint"
          value={pak}
          onChange={(event) => setPak(event.target.value)}
        />
      </label>
      <p id="key-hint" className="dim hint">
        A key of an admin or a reader. <code>npm start</code> prints one, and keeps it in{' '}
        <code>.logboom/admin.pak</code>.
      </p>
      <button className="button primary" type="submit" disabled={attempt.isPending}>
        {attempt.isPending ? 'Signing in …' : 'Sign in'}
      </button>
      {attempt.error && <SignInFailure error={attempt.error} pak={pak} />}
    </form>
  )
}

function loginUrl(issuer: string, returnTo: string): string {
  return `/api/v1/auth/oidc/login?${new URLSearchParams({ issuer, return_to: returnTo }).toString()}`
}
