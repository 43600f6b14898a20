import { expect, test } from 'vitest'
import { ownContainer } from './own-container.ts'

const id = 'c5f1'.repeat(16)

test.each([
  [
    'docker',
    `620 600 254:1 /var/lib/docker/containers/${id}/hostname /etc/hostname rw,relatime - ext4 /dev/vda1 rw`,
  ],
  [
    'podman',
    `620 600 0:25 /containers/storage/overlay-containers/${id}/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw`,
  ],
])('the agent knows its own container under %s', (_engine, line) => {
  expect(ownContainer(`23 1 0:22 / / rw - overlay overlay rw\n${line}\n`)).toBe(id)
})

test('a host on which containers run is none itself', () => {
  const line = `99 23 0:50 / /var/lib/docker/containers/${id}/mounts/shm rw - tmpfs shm rw`
  expect(ownContainer(line)).toBeNull()
})
