const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** `512 B`, `64.0 KiB`, `1.4 GiB` */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log(bytes) / Math.log(1024)), units.length - 1)
  const amount = bytes / 1024 ** power
  return `${power === 0 ? amount : amount.toFixed(amount < 100 ? 1 : 0)} ${units[power]}`
}
