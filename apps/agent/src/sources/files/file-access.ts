import { fstatSync, readSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'

export interface FileLook {
  size: number
  modifiedNs: bigint
}

/** How an open file is looked at and read; a promise where it may take long. */
export interface FileAccess {
  /** On a file system of this machine, which answers at once. */
  readonly isLocal: boolean
  look(): FileLook | Promise<FileLook>
  /** Reads at most `length` bytes to the start of `buffer`; how many. */
  read(buffer: Buffer, length: number, position: number): number | Promise<number>
}

/** ext2 to ext4, XFS, Btrfs, tmpfs, overlayfs, ZFS, F2FS: as Linux numbers them. */
const localSystems = new Set([0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1, 0xf2f52010])

/**
 * Files of a local file system are read at once: what a program has just written is in memory, and the way through the
 * thread pool and back costs ten times the read (a file that grew by a line: 60 µs, so 8 µs). Whatever may be on a
 * network goes through the pool: when it hangs, so does a thread of it, and the agent lives on.
 */
export async function accessOf(handle: FileHandle, path: string): Promise<FileAccess> {
  const isLocal = await statfs(path).then(
    ({ type }) => localSystems.has(type),
    () => false,
  )
  return isLocal ? directAccess(handle.fd) : pooledAccess(handle)
}

function directAccess(fd: number): FileAccess {
  return {
    isLocal: true,
    look() {
      const { size, mtimeNs } = fstatSync(fd, { bigint: true })
      return { size: Number(size), modifiedNs: mtimeNs }
    },
    read: (buffer, length, position) => readSync(fd, buffer, 0, length, position),
  }
}

function pooledAccess(handle: FileHandle): FileAccess {
  return {
    isLocal: false,
    async look() {
      const { size, mtimeNs } = await handle.stat({ bigint: true })
      return { size: Number(size), modifiedNs: mtimeNs }
    },
    async read(buffer, length, position) {
      const { bytesRead } = await handle.read(buffer, 0, length, position)
      return bytesRead
    },
  }
}
