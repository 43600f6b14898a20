import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { usageError } from '../cli-error.ts'

/** Whatever the process connects to from now on may have a certificate of these, too. */
export function trustCertificates(path: string): void {
  try {
    setDefaultCACertificates([...getCACertificates('default'), readFileSync(path, 'utf8')])
  } catch (error) {
    throw usageError(
      `${path} holds no certificates that could be trusted: ${String((error as Error).message)}`,
    ) // of fs or tls
  }
}
