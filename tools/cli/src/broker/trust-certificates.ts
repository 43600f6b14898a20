import { readFileSync } from 'node:fs'
import * as tls from 'node:tls'
import { usageError } from '../cli-error.ts'

/** Whatever the process connects to from now on may have a certificate of these, too. */
export function trustCertificates(path: string): void {
  // Node 22.19 has it, and 20 has not.
  if (typeof tls.setDefaultCACertificates !== 'function')
    throw usageError(
      `this Node cannot trust ${path}: use Node 22.19 or later, or NODE_EXTRA_CA_CERTS=${path}`,
    )
  try {
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(path, 'utf8')])
  } catch (error) {
    throw usageError(
      `${path} holds no certificates that could be trusted: ${String((error as Error).message)}`,
    ) // of fs or tls
  }
}
