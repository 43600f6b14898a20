/** What an engine binds into a container from the directory that has its id. */
const boundFile =
  / \/\S*\/(?:overlay-)?containers\/([0-9a-f]{64})\/\S* \/etc\/(?:hostname|hosts|resolv\.conf) /

/** The id of the container that this process runs in, out of its `/proc/self/mountinfo`; null where it runs in none. */
export function ownContainer(mountinfo: string): string | null {
  return boundFile.exec(mountinfo)?.[1] ?? null
}
