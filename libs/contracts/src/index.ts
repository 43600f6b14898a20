export { Problem, problemCatalogue } from './problem.ts'
export type { ProblemCode, ProblemExtra } from './problem.ts'
export { levelOfSeverity, levels, normaliseLevel, severityOf } from './level.ts'
export type { Level } from './level.ts'
export { compareTimes, formatMicros, formatTimestamp, parseTimestamp } from './timestamp.ts'
export type { LogTime } from './timestamp.ts'
export { byteLength, cleanText, cutBytes } from './text.ts'
export {
  attributesMax,
  defaultAgentLimits,
  effectiveLimits,
  fieldBytesMax,
  labelsMax,
  LimitOverrides,
  liveStreamsPerAgentMax,
} from './limits.ts'
export type { AgentLimits } from './limits.ts'
export { Entry, Gap, gapReasons, PushAnswer, PushBody, pushHeaders, PushRequest, Rejection } from './entry.ts'
export { ingestFates, noOutcome, rejectReasons, writerFates } from './fates.ts'
export type { BatchOutcome, IngestFate, WriterFate } from './fates.ts'
export { decodeRow, encodeRow, nsOfSuborder, rowColumns, rowFlags, seqOfSuborder, suborderOf } from './row.ts'
export type { Row } from './row.ts'
export { JobCount, JobGap, JobHeader, JobStream, jobVersion } from './job.ts'
export type { BatchJob } from './job.ts'
export { buildTraceFilter, traceBits, tracedSpans } from './trace-filter.ts'
export type { TimeSpan, TracedValue } from './trace-filter.ts'
export { traceHash, tracedKeys } from './trace-hash.ts'
export { DeadLetter, LogPage, StoredEntry, StoredGap } from './read.ts'
export {
  Agent,
  AgentStatus,
  CreateAgent,
  DeploymentObject,
  Heartbeat,
  IssueAgentPak,
  IssuedPak,
  IssuePak,
  LimitsAnswer,
  Pak,
  PutDeploymentObject,
  PutWorkOrder,
  TokenAnswer,
  UpdateAgent,
  WhoAmI,
  WorkOrder,
  WorkOrderStatus,
} from './registry.ts'
export {
  defaultRetentionClass,
  PutRetentionClass,
  Receipt,
  receiptKinds,
  RetentionAssignment,
  RetentionClass,
  RetentionPreview,
  RetentionReport,
} from './retention.ts'
export { apiRoutes } from './routes.ts'
export type { ApiRoute, RouteKey, RouteOwner } from './routes.ts'
