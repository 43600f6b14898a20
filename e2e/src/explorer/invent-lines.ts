import { createRandom } from '../random.ts'
import type { Random } from '../random.ts'
import type { Line } from './push-lines.ts'

export interface Plan {
  count: number
  /** The lines lie between these, in milliseconds since 1970. */
  fromMs: number
  untilMs: number
  seed?: number
}

type Say = (random: Random) => Omit<Line, 'timestamp'>

/** Lines of a shop that does not exist, in order of time: what an evening on call looks like. */
export function inventLines({ count, fromMs, untilMs, seed = 7 }: Plan): Line[] {
  const random = createRandom(seed)
  const stepMs = (untilMs - fromMs) / count
  return Array.from({ length: count }, (_, index) => {
    const atMs = fromMs + stepMs * (index + random.next())
    return { timestamp: new Date(atMs).toISOString(), ...sayOf(random, (index + 0.5) / count)(random) }
  })
}

/** Two thirds through, the payment provider is slow for a while. */
function sayOf(random: Random, through: number): Say {
  const isIncident = through > 0.62 && through < 0.7
  if (isIncident && random.next() < 0.35) return random.pick(incident)
  if (random.next() < 0.004) return random.pick(incident)
  return random.pick(everyday)
}

const everyday: [Say, ...Say[]] = [
  (random) => request(random, 'gateway', 'ingress'),
  (random) => request(random, 'gateway', 'ingress'),
  (random) => request(random, 'catalog', 'app'),
  (random) =>
    of(
      'cart',
      'app',
      'INFO',
      `item added cart=${hex(random, 8)} sku=${sku(random)} quantity=${random.whole(1, 4)}`,
      {
        trace_id: hex(random, 32),
      },
    ),
  (random) =>
    of('checkout', 'app', 'INFO', `order ${random.whole(40_000, 99_999)} placed total=${price(random)} EUR`, {
      trace_id: hex(random, 32),
      customer: `c-${random.whole(1_000, 9_999)}`,
    }),
  (random) =>
    of(
      'search',
      'indexer',
      'DEBUG',
      `segment ${random.whole(1, 90)} merged documents=${random.whole(2_000, 90_000)} took=${random.whole(8, 400)}ms`,
    ),
  (random) =>
    of(
      'mailer',
      'worker',
      'INFO',
      `{"event":"mail.sent","template":"order-confirmed","ms":${random.whole(30, 240)}}`,
    ),
  (random) =>
    random.next() < 0.2
      ? of('cart', 'app', 'WARN', `cache miss rate ${random.whole(21, 48)}% is above 20%`)
      : of('inventory', 'app', 'INFO', `stock of ${sku(random)} is ${random.whole(0, 400)}`),
]

const incident: [Say, ...Say[]] = [
  (random) =>
    of(
      'payments',
      'app',
      'ERROR',
      `charge failed: provider timed out after ${random.whole(8_000, 10_000)} ms`,
      {
        trace_id: hex(random, 32),
        provider: 'nordpay',
        attempt: random.whole(1, 3),
      },
    ),
  (random) => of('payments', 'app', 'WARN', `retrying charge in ${random.whole(1, 8)} s (provider nordpay)`),
  (random) => of('checkout', 'app', 'ERROR', stackTrace(random), { trace_id: hex(random, 32) }),
]

function request(random: Random, app: string, container: string): Omit<Line, 'timestamp'> {
  const status = random.pick(['200', '200', '200', '200', '201', '204', '304', '404'])
  const path = random.pick(['/cart', '/products', '/products/search', '/checkout', '/account', '/health'])
  const text = `${random.pick(['GET', 'GET', 'GET', 'POST'])} ${path} ${status} ${random.whole(2, 380)}ms`
  return of(app, container, 'INFO', text, { trace_id: hex(random, 32), status: Number(status) })
}

function stackTrace(random: Random): string {
  return [
    `PaymentTimeout: no answer from nordpay for order ${random.whole(40_000, 99_999)}`,
    '    at charge (/app/src/payments/charge.ts:88:11)',
    '    at placeOrder (/app/src/checkout/place-order.ts:41:24)',
    '    at async handle (/app/src/checkout/routes.ts:112:5)',
    '    at async Server.<anonymous> (/app/src/server.ts:27:3)',
  ].join('\n')
}

const pods: Record<string, string> = {
  gateway: 'gateway-6c9d7f5b8-mm4xz',
  catalog: 'catalog-5f7b9c6d4-q8r2t',
  cart: 'cart-84d6c5f79-h7w5k',
  checkout: 'checkout-7d4f8b9c5-x2k9p',
  payments: 'payments-59c8f7d6b-v9t6n',
  search: 'search-0',
  mailer: 'mailer-b7d5c9f68-2jx8s',
  inventory: 'inventory-6f8d9b7c5-kd3pl',
}

function of(
  app: string,
  container: string,
  level: string,
  message: string,
  attributes?: Record<string, unknown>,
): Omit<Line, 'timestamp'> {
  return {
    namespace: ['search', 'mailer'].includes(app) ? 'platform' : 'shop',
    pod_name: pods[app] ?? app,
    container_name: container,
    level,
    message,
    output: level === 'ERROR' ? 'stderr' : 'stdout',
    labels: { app },
    ...(attributes && { attributes }),
  }
}

function hex(random: Random, length: number): string {
  return Array.from({ length }, () => random.whole(0, 15).toString(16)).join('')
}

function sku(random: Random): string {
  return `${random.pick(['TENT', 'LAMP', 'ROPE', 'MAP', 'STOVE'])}-${random.whole(100, 999)}`
}

function price(random: Random): string {
  return (random.whole(900, 42_000) / 100).toFixed(2)
}
