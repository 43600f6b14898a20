import { idNameOf } from './attribute-names.ts'
import type { Attributes } from './bound-attributes.ts'

/** The last letter of each of the names, or what parts it from `id`: a bare `id=`, which many lines have, is none. */
const hint = /[enqt_.-]id=/i
const pair =
  /(?<![\w.-])((?:dd\.|otel|x-|x_)?_?(?:trace|span|correlation|req|request)[_.-]?id)=["']?([\w.:/+-]{1,128})/gi

/** The ids in a line of `key=value` pairs, or in a message that has some. Null when there are none, as nearly always. */
export function idAttributes(text: string): Attributes | null {
  if (!text.includes('=') || !hint.test(text)) return null
  let attributes: Attributes | null = null
  for (const [, name = '', value = ''] of text.matchAll(pair)) {
    const id = idNameOf(name)
    if (id === null) continue
    attributes ??= {}
    attributes[id] ??= value
  }
  return attributes
}
