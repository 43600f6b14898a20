import { z } from 'zod'
import { flag, whole } from './setting.ts'

/** The log files that the kubelet keeps on a node. */
export const podFileSettings = {
  POD_LOGS_DIR: z
    .string()
    .default('/var/log/pods')
    .describe('Where the kubelet of this node keeps the logs of pods'),
  KUBERNETES_METADATA: flag(true).describe(
    'Ask the API server which pods of the node are to be read, and for their labels; without it all are, by what their paths tell',
  ),
  POD_FILE_QUIET_MS: whole(10, 2_000).describe(
    'Silence after which the next file is read when a runtime has turned to it',
  ),
  POD_FILE_DELETED_MS: whole(10, 60_000).describe(
    'How long a deleted file is kept open when there is no room for its lines',
  ),
}
