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
  const certificates = readCertificates(path)
  try {
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), certificates])
  } catch (error) {
    throw usageError(`${path} holds a certificate that is none: ${String((error as Error).message)}`) // of tls
  }
}

/** Node takes a file without any for one that has been read. */
function readCertificates(path: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw usageError(`the certificates cannot be read: ${String((error as Error).message)}`) // of fs
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----'))
    throw usageError(`${path} holds no certificate: it has to be in PEM`)
  return text
}
