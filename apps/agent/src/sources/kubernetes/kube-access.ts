/** Where the API server is, and how to show who we are. */
export interface KubeAccess {
  server: URL
  /** An HTTP proxy on the way there; null for none. */
  proxyUrl: string | null
  /** Reads files, and may run a program. `isFresh` = nothing remembered will do: the last credentials were refused. */
  read(isFresh: boolean): Promise<KubeCredentials>
}

export interface KubeCredentials {
  headers: Record<string, string>
  tls: KubeTls
}

export interface KubeTls {
  ca?: string
  cert?: string
  key?: string
  servername?: string
  rejectUnauthorized?: boolean
}
