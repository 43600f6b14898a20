export { Problem, problemCatalogue } from './problem.ts'
export type { ProblemCode, ProblemExtra } from './problem.ts'
export { levelOfSeverity, levels, normaliseLevel, severityOf } from './level.ts'
export type { Level } from './level.ts'
export { compareTimes, formatMicros, formatTimestamp, parseTimestamp } from './timestamp.ts'
export type { LogTime } from './timestamp.ts'
export { nanosOf, timeOfNanos } from './nanos.ts'
export { byteLength, cleanText, cutBytes, mayNeedCleaning } from './text.ts'
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
export {
  AgentProgress,
  behindMax,
  IdleReadUntil,
  ReadReport,
  ReadUntil,
  RejectedReadUntil,
  SearchProgress,
} from './read-until.ts'
export { Follow, followBoost, FollowedStreams } from './follow.ts'
export { ingestFates, noOutcome, rejectReasons, writerFates } from './fates.ts'
export type { BatchOutcome, IngestFate, WriterFate } from './fates.ts'
export {
  decodeRow,
  encodeFields,
  encodeRow,
  nsOfSuborder,
  rowColumns,
  rowFlags,
  seqOfSuborder,
  suborderOf,
} from './row.ts'
export type { Row, RowFields } from './row.ts'
export { idOfUuid, uuidOf } from './row-id.ts'
export type { RowId } from './row-id.ts'
export { countTuples, createTupleWriter, decodeTuple, splitTuples } from './row-tuple.ts'
export type { TupleWriter } from './row-tuple.ts'
export { JobCount, JobGap, JobHeader, JobStream, jobVersion, textJobVersion } from './job.ts'
export type { BatchJob } from './job.ts'
export { buildTraceFilter, traceBits, tracedSpans } from './trace-filter.ts'
export type { TimeSpan, TracedValue } from './trace-filter.ts'
export { traceHash, tracedKeys } from './trace-hash.ts'
export { DeadLetter, LogBucket, LogContext, LogHistogram, LogPage, StoredEntry, StoredGap } from './read.ts'
export {
  Agent,
  AgentStatus,
  AgentWithProgress,
  CreateAgent,
  DeploymentObject,
  Heartbeat,
  HeartbeatAnswer,
  HeartbeatBody,
  IssueAgentPak,
  IssuedPak,
  IssuePak,
  LimitsAnswer,
  Pak,
  PutDeploymentObject,
  PutWorkOrder,
  TokenAnswer,
  UpdateAgent,
  UpdatePak,
  WhoAmI,
  WorkOrder,
  WorkOrderStatus,
} from './registry.ts'
export { Providers, Session, SignIn, TicketAnswer } from './session.ts'
export {
  defaultRetentionClass,
  PutRetentionClass,
  Receipt,
  ReceiptKey,
  receiptKinds,
  RetentionAssignment,
  RetentionClass,
  RetentionPreview,
  RetentionReport,
} from './retention.ts'
export {
  CreateSavedSearch,
  fieldPrefixes,
  SavedSearch,
  savedSearchesMax,
  searchParameters,
  UpdateSavedSearch,
} from './saved-search.ts'
export { Field, FieldList, FieldValue, FieldValues } from './fields.ts'
export { AgentStats, QueueDepth, Stats } from './stats.ts'
export { apiRoutes } from './routes.ts'
export type { ApiRoute, RouteKey, RouteOwner } from './routes.ts'
