import manifest from '../package.json' with { type: 'json' }

/** The version of the agent, as its broker shows it. */
export const { version } = manifest
