/** What to look at when the broker takes nothing, by the reason that is logged; none where waiting is all there is to do. */
export function hintOf(reason: string): string | undefined {
  return hints.get(reason)
}

const hints = new Map([
  ['401', 'the key is unknown, revoked or has expired: look at AGENT_PAK_FILE or AGENT_PAK'],
  ['403', "the key is another agent's, or the agent was deleted: look at AGENT_ID"],
  ['404', 'something else than a broker answers: look at BROKER_URL'],
  ['network', 'no connection: look at BROKER_URL, proxy and firewall, and whether the broker runs'],
  ['pak_unreadable', 'the file of the key cannot be read or holds none: look at AGENT_PAK_FILE'],
])
