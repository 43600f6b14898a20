export interface ServerEvent {
  /** `message` where the server gives no name. */
  name: string
  data: string
  /** Of the last event that had one, for going on from. */
  id: string
}

/**
 * Reads Server-Sent Events out of text that comes in pieces of any size. A comment is a sign of life and nothing else.
 * The browser's own EventSource hides why a connection was refused, and sends no Last-Event-ID of ours.
 */
export class EventParser {
  #rest = ''
  #name = ''
  #data: string[] = []
  #id = ''

  /** The events that end in this piece. */
  feed(piece: string): ServerEvent[] {
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    return lines.flatMap((line) => this.#take(line))
  }

  #take(line: string): ServerEvent[] {
    if (line === '') return this.#dispatch()
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? []
    if (field === 'event') this.#name = value
    else if (field === 'data') this.#data.push(value)
    else if (field === 'id' && !value.includes('\0')) this.#id = value
    return []
  }

  #dispatch(): ServerEvent[] {
    const event = { name: this.#name || 'message', data: this.#data.join('\n'), id: this.#id }
    const isEvent = this.#data.length > 0
    this.#name = ''
    this.#data = []
    return isEvent ? [event] : []
  }
}
