-- What of the counts has expired, and what came in the last minutes, is asked by the minute of receipt: for
-- GET /api/v1/stats, which would otherwise read every count there is.
create index log_counts_received on log_counts (retention_class, created_minute);
