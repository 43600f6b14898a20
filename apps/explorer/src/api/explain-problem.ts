import { ApiProblem } from './api-problem.ts'

export interface Explanation {
  title: string
  /** What to do. */
  advice: string
  /** What the server said, for whoever wants to know. */
  detail: string | undefined
}

/** Every failure in words that say what to do now. */
export function explainProblem(error: unknown): Explanation {
  if (!(error instanceof ApiProblem)) {
    return {
      title: 'Something went wrong in this page',
      advice: 'Reload it. If that does not help, tell who runs Logboom what you did.',
      detail: error instanceof Error ? error.message : String(error),
    }
  }
  return { ...explainStatus(error), detail: error.message }
}

function explainStatus({ status, code }: ApiProblem): Omit<Explanation, 'detail'> {
  if (status === 0) {
    return {
      title: 'The server cannot be reached',
      advice: 'Check your network or VPN; it is tried again by itself.',
    }
  }
  if (status === 401)
    return { title: 'You are not signed in', advice: 'Sign in again; you come back to this page.' }
  if (code === 'csrf_token_missing') {
    return { title: 'This page is older than your session', advice: 'Reload the page and do it again.' }
  }
  if (status === 403) {
    return {
      title: 'Your key may not do that',
      advice: 'Ask an admin for a key that may, or sign in with another.',
    }
  }
  if (status === 404)
    return { title: 'There is no such thing', advice: 'It may have expired, or your key may not see it.' }
  if (status === 400 || status === 422)
    return { title: 'That cannot be asked', advice: 'Correct what is said below.' }
  if (status === 409)
    return { title: 'It exists already or is in use', advice: 'Reload the page to see how it is now.' }
  if (status === 429)
    return { title: 'Too many requests', advice: 'Wait a moment; it is tried again by itself.' }
  if (code === 'query_timeout') {
    return {
      title: 'The search took too long',
      advice: 'Ask for a shorter time, or name an agent, a namespace or a pod.',
    }
  }
  if (status === 502 || status === 503) {
    return { title: 'Logboom is busy or a part of it is away', advice: 'It is tried again by itself.' }
  }
  return {
    title: 'Something went wrong on the server',
    advice: 'Try again; tell who runs Logboom the request id if it stays.',
  }
}
