import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export interface CurlAnswer {
  status: number
  body: unknown
}

/** Runs curl itself with these arguments, as somebody would who pastes them into a terminal. */
export async function runCurl(...args: string[]): Promise<CurlAnswer> {
  const { stdout } = await promisify(execFile)('curl', [
    '--silent',
    '--show-error',
    '--write-out',
    '\n%{http_code}',
    ...args,
  ])
  const cut = stdout.lastIndexOf('\n')
  return { status: Number(stdout.slice(cut + 1)), body: JSON.parse(stdout.slice(0, cut)) }
}
