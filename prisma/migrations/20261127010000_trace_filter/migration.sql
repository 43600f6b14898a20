-- A search by trace_id or correlation_id asks the ledger which batches may have it (libs/contracts/src/trace-filter.ts).

alter table write_log
  -- null: of a writer or an ingest-api that made none, so the batch may have anything; empty: it has no traced value
  add column trace_filter bytea,
  -- whose rows the batch brought: it stays in the ledger as long as the longest of them; null: may be any
  add column retention_classes smallint[];
-- in the row itself, uncompressed: each search reads some bits of every filter
alter table write_log alter column trace_filter set storage external;
alter table write_log set (toast_tuple_target = 8160);
-- batches are written in the order of their time, nearly: a search of an hour reads the filters of an hour
create index write_log_times on write_log using brin (min_time, max_time) with (pages_per_range = 16, autosummarize = on);

-- The ledger has every batch that brought lines of this class and was received since then: all there are, but for the
-- classes of which the release before kept a week; a day more, for a retention-worker of it which is still at work.
alter table retention_classes add column ledger_since timestamptz not null default '-infinity';
update retention_classes set ledger_since = now() - interval '6 days' where retention_seconds > 6 * 86400;
