import { readFileSync } from 'node:fs'
import type { System } from '@logboom/system'

/** Where a credential that was used stands in the output of a process or a server: `<whose>: <line>`, masked. */
export function findSecrets({ roles, secrets, postgres, redis }: System): string[] {
  const outputs = [
    ...roles.map((role) => ({ whose: role.name, text: role.output() })),
    ...[postgres, redis].map(({ logPath }) => ({ whose: logPath, text: readFileSync(logPath, 'utf8') })),
  ]
  return outputs.flatMap(({ whose, text }) =>
    secrets.flatMap((secret) =>
      linesWith(text, secret).map((line) => `${whose}: ${line.replaceAll(secret, '[secret]')}`),
    ),
  )
}

function linesWith(text: string, secret: string): string[] {
  return text.includes(secret) ? text.split('\n').filter((line) => line.includes(secret)) : []
}
