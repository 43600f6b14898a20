import type { TimeZone } from '../format/format-time.ts'
import { usePreference } from './use-preference.ts'

/** In whose time the pages show times. */
export function useTimeZone(): [zone: TimeZone, choose: (zone: TimeZone) => void] {
  return usePreference<TimeZone>('time-zone', ['local', 'utc'])
}
