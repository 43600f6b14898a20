/** Why this release of Node cannot run the agent, if it cannot: npm only warns of it, and Node itself says it in riddles. */
export function nodeFault(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return undefined
  return `needs Node ${oldest.major}.${oldest.minor} or later, and this is ${version}`
}

/** As `engines` of the published package has it. */
const oldest = { major: 22, minor: 19 }
