import type { ProblemCode } from '@logboom/contracts'
import { CliError, exitCodes } from '../cli-error.ts'
import type { ExitCode } from '../cli-error.ts'

/** The members of a problem document that are shown. */
interface ProblemDocument {
  title: string
  detail?: string
  code: string
  request_id?: string
}

/** What to do about it, where the problem itself does not say. */
const advice: Partial<Record<ProblemCode, string>> = {
  unauthorized: 'log in with a key that works: `logboom login`',
  token_expired: 'log in again: `logboom login`',
  forbidden: '`logboom whoami` shows what your key may do',
  overloaded: 'try again in a moment',
  unavailable: 'try again in a moment',
  too_many_requests: 'try again in a minute',
  query_timeout: 'ask for less: a shorter time (--since), an agent, a namespace',
  agent_not_found: '`logboom agents` lists those that you may read',
}

/** An answer that is no success, as one sentence. */
export async function answerError(url: string, response: Response): Promise<CliError> {
  const { status } = response
  if (status >= 300 && status < 400) {
    await response.body?.cancel()
    const to = response.headers.get('location') ?? 'another address'
    return new CliError(`${url} sends on to ${to}: log in with that address instead`, exitCodes.usage)
  }
  const problem = await readProblem(response)
  if (!problem) return strangerError(url, status)
  const said = (problem.detail ?? problem.title).replace(/\.$/, '')
  const hint = advice[problem.code as ProblemCode] // what is not in the table has none
  return new CliError(hint ? `${said}: ${hint}` : said, exitCodeOf(status), {
    requestId: problem.request_id,
    code: problem.code,
  })
}

function exitCodeOf(status: number): ExitCode {
  if (status === 401 || status === 403) return exitCodes.refused
  return status >= 500 || status === 429 || status === 408 ? exitCodes.unavailable : exitCodes.usage
}

async function readProblem(response: Response): Promise<ProblemDocument | null> {
  const text = await response.text().catch(() => '')
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return null
  try {
    return JSON.parse(text) as ProblemDocument // of libs/service
  } catch {
    return null
  }
}

function strangerError(url: string, status: number): CliError {
  const what = `${url} answered ${status}, and not as a Logboom broker does`
  return status >= 500
    ? new CliError(`${what}: is the broker behind it running?`, exitCodes.unavailable)
    : new CliError(`${what}: check the address`, exitCodes.usage)
}
