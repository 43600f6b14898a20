/** What the queue says and to whom: a winston logger fits. */
export interface QueueLog {
  debug(message: string, fields?: object): unknown
  info(message: string, fields?: object): unknown
  warn(message: string, fields?: object): unknown
  error(message: string, fields?: object): unknown
}
