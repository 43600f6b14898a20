import { z } from 'zod'

/** A whole number from `min` on. */
export const whole = (min: number, fallback: number) => z.coerce.number().int().min(min).default(fallback)

export const flag = (fallback: boolean) => z.stringbool().default(fallback)

/** Where a setting of the agent's first contract stands in the TOML file. */
export const logging = (key: string) => ({ toml: `agent.logging.${key}` })

/** A comma list; commas inside `{a,b}` belong to the glob, and `\\,` to a name. */
export function globList(fallback: string) {
  return z
    .string()
    .default(fallback)
    .transform((text) =>
      text
        .split(/(?<!\\),(?![^{}]*\})/)
        .map((glob) => glob.replaceAll('\\,', ',').trim())
        .filter((glob) => glob !== ''),
    )
}

/** A comma list of names. */
export function nameList(fallback: string) {
  return z
    .string()
    .default(fallback)
    .transform((text) =>
      text
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    )
}
