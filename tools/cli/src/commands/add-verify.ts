import type { Receipt, ReceiptKey } from '@logboom/contracts'
import { Option } from 'commander'
import type { Command } from 'commander'
import { collect, listAll } from '../broker/list-all.ts'
import { exitCodes, usageError } from '../cli-error.ts'
import { verifyReceipts } from '../receipts/verify-receipts.ts'
import type { ReceiptCheck, ReceiptEnd } from '../receipts/verify-receipts.ts'
import type { Session } from '../session.ts'
import { formatCount } from '../terminal/format-size.ts'
import { printJson } from './print.ts'
import type { ListFormat } from './print.ts'

const faultsShown = 20

export function addVerify(retention: Command, session: Session): void {
  retention
    .command('verify')
    .summary('check every receipt: content, chain and signature')
    .description(
      'Computes on this machine what the broker cannot: that no receipt was changed, taken out or put in. Note the last\n' +
        'line somewhere else, and give it to --expect next time: then a chain that was made anew is found out, too.',
    )
    .option('--expect <number:hash>', 'a receipt as it was noted at an earlier check')
    .addOption(
      new Option('-o, --output <format>', 'how it is shown').choices(['text', 'json']).default('text'),
    )
    .action(async ({ expect, output }: { expect?: string; output: ListFormat | 'text' }) => {
      const expected = expect === undefined ? undefined : readEnd(expect)
      const broker = session.broker()
      const [receipts, { keys }] = await Promise.all([
        collect(listAll<Receipt>(broker, '/api/v1/retention/receipts', 'receipts')),
        broker.get<{ keys: ReceiptKey[] }>('/api/v1/retention/receipt-keys'),
      ])
      const check = verifyReceipts(receipts.toReversed(), keys, expected)
      if (output === 'json') await printJson(session.terminal, check)
      else await printCheck(session, check)
      if (check.faults.length > 0) session.exitCode = exitCodes.nothing
    })
}

async function printCheck({ terminal }: Session, { checked, faults, last }: ReceiptCheck): Promise<void> {
  const lines = faults.slice(0, faultsShown).map(({ number, fault }) => `receipt ${number}: ${fault}\n`)
  await terminal.write(lines.join(''))
  if (faults.length > faultsShown)
    await terminal.write(`and ${formatCount(faults.length - faultsShown)} more\n`)
  const receipts = `${formatCount(checked)} ${checked === 1 ? 'receipt' : 'receipts'}`
  if (faults.length > 0) terminal.note(`${receipts} checked: ${formatCount(faults.length)} do not hold\n`)
  else if (last)
    await terminal.write(`${receipts} checked: all hold; the last one is ${last.number}:${last.hash}\n`)
  else terminal.note('there are no receipts yet: nothing was deleted\n')
}

function readEnd(text: string): ReceiptEnd {
  const [, number, hash = ''] = /^(\d+):([\da-f]{64})$/.exec(text) ?? []
  if (number === undefined)
    throw usageError('--expect looks like 17:<64 hex digits>, as an earlier check printed it')
  return { number: Number(number), hash }
}
