import { whole } from './setting.ts'

/** How logs are read through the API server. */
export const kubernetesLogSettings = {
  MAX_FOLLOW_STREAMS: whole(0, 200).describe(
    'Container logs that are followed at a time, a connection each, the busiest first; the others are read every 15 to 50 seconds',
  ),
  LOOKBACK_SECONDS: whole(1, 3_600).describe(
    'How far back the log of a container is read that is met for the first time',
  ),
}
