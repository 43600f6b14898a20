import type { OpsPorts } from './configure-services.ts'

export interface Banner {
  url: string
  /** Undefined where the admin keys were made elsewhere. */
  adminPak: string | undefined
  adminPakFile: string
  agentId: string
  agentPakFile: string
  /** What it follows besides the logs of the stack. */
  follow: string[]
  docker: boolean
  kubernetes: boolean
  servicesLog: string
  dataDir: string
  /** A key belongs on a terminal only: what is redirected ends up in a log, which may be followed. */
  showsKey: boolean
  opsPorts: OpsPorts | undefined
}

/** What a newcomer reads when everything is up. */
export function renderBanner(banner: Banner): string {
  const { url, agentId, servicesLog, dataDir, opsPorts } = banner
  const metrics = Object.entries(opsPorts ?? {}).map(
    ([service, port]) => `${service.padEnd(18)}http://127.0.0.1:${port}/metrics`,
  )
  const facts = [
    ['explorer', `${url}   (open it and sign in with the admin PAK)`],
    ['reference', `${url}/docs`],
    ['admin PAK', adminText(banner)],
    ['agent', `${agentId}   (follows ${followedOf(banner)})`],
    ['log', servicesLog],
    ...metrics.map((line) => ['metrics', line]),
  ].map(([name = '', text = '']) => `  ${name.padEnd(11)}${text}`)
  const tries = curlLines(banner).map(([what, line]) => `  # ${what}\n  ${line}`)
  return `
Logboom is up.

${facts.join('\n')}

Or paste into another terminal:

${tries.join('\n\n')}

Ctrl-C stops all of it. The data stay in ${dataDir}.
`
}

function followedOf({ follow, docker, kubernetes }: Banner): string {
  return [
    'the logs of this stack',
    ...follow,
    ...(docker ? ['the containers of Docker'] : []),
    ...(kubernetes ? ['the pods of the cluster'] : []),
  ].join(', ')
}

function adminText({ adminPak, adminPakFile, showsKey }: Banner): string {
  if (adminPak === undefined) return `made elsewhere; put one into ${adminPakFile} to use the lines below`
  return showsKey ? `${adminPak}   (also in ${adminPakFile})` : `in ${adminPakFile}`
}

function curlLines({ url, agentId, adminPakFile, agentPakFile }: Banner): [string, string][] {
  const logs = `${url}/api/v1/agents/${agentId}/logs`
  const asAdmin = `-H "Authorization: Bearer ${contentOf(adminPakFile)}"`
  const asAgent = `-H "Authorization: Bearer ${contentOf(agentPakFile)}"`
  const now = `'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'`
  const entry =
    `{"timestamp":"${now}","namespace":"production","pod_name":"my-app-7d4f8b9c5-x2k9p",` +
    `"container_name":"app","level":"INFO","message":"Server started on port 8080"}`
  return [
    ['the newest lines of the agent', `curl -s ${asAdmin} '${logs}?limit=5'`],
    [
      'what PostgreSQL wrote in the last hour, INFO or worse',
      `curl -s ${asAdmin} '${logs}?container_name=postgres.log&min_level=INFO&since=1h&limit=5'`,
    ],
    [
      'push a line as the agent does; then find it with ?namespace=production',
      `curl -s ${asAgent} -H 'Content-Type: application/json' -d '{"logs":[${entry}]}' '${logs}'`,
    ],
  ]
}

/** For the inside of double quotes; so a key stays out of the shell's history. */
function contentOf(path: string): string {
  return `$(cat '${path.replaceAll("'", `'\\''`)}')`
}
