import { join } from 'node:path'

/** Where packages of the distribution are unpacked: .logboom/packages in the repository. */
export const packagesDir = join(import.meta.dirname, '../../../.logboom/packages')
