import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where the program of that name is that a shell would run. */
export function findOnPath(name: string): string | undefined {
  const candidates = (process.env.PATH ?? '').split(delimiter).map((dir) => join(dir, name))
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
