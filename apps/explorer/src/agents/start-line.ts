/** How an agent is started that sends to this broker; its key is in a file, so that no process list shows it. */
export function startLine(agentId: string): string {
  return [
    `npx logboom-agent --file '/var/log/*.log' \\`,
    `  --broker ${location.origin} --agent-id ${agentId} --pak-file agent.pak`,
  ].join('\n')
}
