/** The object or list that a message is, as many loggers write them; undefined for any other text. */
export function parseJsonMessage(message: string): object | undefined {
  const text = message.trim()
  if (!/^[{[]/.test(text) || !/[}\]]$/.test(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
