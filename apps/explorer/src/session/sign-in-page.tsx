import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { SyntheticEvent } from 'react'
import { useLocation, useSearch } from 'wouter'
import { Failure } from '../components/failure.tsx'
import { Mark } from '../layout/mark.tsx'
import { returnPath } from './return-path.ts'
import { sessionQuery, signIn } from './session.ts'
import './sign-in-page.css'

export function SignInPage() {
  const [pak, setPak] = useState('')
  const client = useQueryClient()
  const search = useSearch()
  const [, navigate] = useLocation()
  const attempt = useMutation({
    mutationFn: signIn,
    onSuccess: (session) => {
      client.setQueryData(sessionQuery.queryKey, session)
      navigate(returnPath(search), { replace: true })
    },
  })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    attempt.mutate(pak.trim())
  }
  return (
    <main className="sign-in">
      <form className="panel" onSubmit={submit}>
        <h1>
          <Mark /> Logboom
        </h1>
        <label>
          Key
          <input
            className="input"
            type="password"
            autoComplete="current-password"
            autoFocus
            required
            placeholder="logboom_…"
            value={pak}
            onChange={(event) => setPak(event.target.value)}
          />
        </label>
        <button className="button primary" type="submit" disabled={attempt.isPending}>
          Sign in
        </button>
        {attempt.error && <Failure error={attempt.error} />}
      </form>
    </main>
  )
}
