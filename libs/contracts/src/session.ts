import { z } from 'zod'

/** Long enough for whatever somebody pastes: what is no PAK is a 401, as a wrong one is. */
export const SignIn = z
  .strictObject({ pak: z.string().max(4096).optional().describe('Or in `Authorization`') })
  .meta({ id: 'SignIn' })

/** A browser's session. The cookie itself is in no body. */
export const Session = z
  .object({
    csrf_token: z.string().describe('To be sent as `X-CSRF-Token` with all but GET and HEAD'),
    kind: z.enum(['admin', 'agent', 'reader']),
    agents: z.array(z.uuid()).nullable().describe('What it may read; null = all'),
    namespaces: z.array(z.string()).nullable(),
    label: z.string().describe("The key's label, or the user's name"),
    expires_at: z.string().describe('Moves on with use'),
  })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof Session>

/** One use, for `?ticket=` of what a browser follows by. */
export const TicketAnswer = z
  .object({ ticket: z.string(), expires_in: z.int().describe('Seconds') })
  .meta({ id: 'TicketAnswer' })

/** The ways to sign in. */
export const Providers = z
  .object({
    pak: z.literal(true),
    oidc: z.array(z.object({ id: z.string(), name: z.string() })),
  })
  .meta({ id: 'Providers' })
