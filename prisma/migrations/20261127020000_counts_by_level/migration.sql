-- A search for a rare level asks the counts in which minutes it is: of a few streams by the first index, of all by the
-- second. So the level stands before the minute; whoever asks for all levels skips from one to the next.
alter table log_counts drop constraint if exists log_counts_stream_id_minute_retention_class_severity_create_key;
drop index if exists log_counts_key;
create unique index log_counts_key on log_counts (stream_id, severity, minute, retention_class, created_minute)
  include (rows) nulls not distinct;
drop index log_counts_minute;
create index log_counts_minute on log_counts (retention_class, severity, minute);
