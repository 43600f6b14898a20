import { readLines } from './read-lines.ts'

/** One server-sent event; `type` is `comment` for what only shows that the server is there. */
export interface ServerEvent {
  type: string
  data: string
  /** As the event says, or the one before it. */
  id: string
}

/** The events of a body of type text/event-stream, as WHATWG HTML defines it; one that is cut off is left out. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  let [type, id] = ['', '']
  let data: string[] = []
  for await (const line of readLines(body)) {
    if (line === '') {
      if (data.length > 0) yield { type: type || 'message', data: data.join('\n'), id }
      ;[type, data] = ['', []]
      continue
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (field === '') yield { type: 'comment', data: value, id }
    else if (field === 'event') type = value
    else if (field === 'data') data.push(value)
    else if (field === 'id' && !value.includes('\0')) id = value
  }
}
