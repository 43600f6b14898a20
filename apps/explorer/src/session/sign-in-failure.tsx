import { Failure } from '../components/failure.tsx'
import { explainSignIn } from './explain-sign-in.ts'

export function SignInFailure({ error, pak }: { error: unknown; pak: string }) {
  const explained = explainSignIn(error, pak)
  if (!explained) return <Failure error={error} />
  return (
    <div className="notice danger" role="alert">
      <strong>{explained.title}</strong>
      <p>{explained.advice}</p>
    </div>
  )
}
