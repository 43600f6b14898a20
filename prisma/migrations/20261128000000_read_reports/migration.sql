-- How far an agent instance has read its streams, from its own reports: effective from when all batches before it are
-- committed. Nanoseconds since 1970; a stream in `read_behind` reaches only as far as it says there.
alter table agent_commits
  -- null: not known
  add column read_until_ns bigint,
  -- of all streams: the least of `read_until_ns` and of those behind; null: not known of one of them
  add column read_least_ns bigint,
  -- [{"namespace", "pod_name", "container_name", "until_ns"}, …]; null: none. Names, so it goes when they have expired
  add column read_behind jsonb,
  -- the last batch when it was reported: a report that was overtaken changes nothing; null: never
  add column read_batch bigint,
  add column read_at timestamptz;

-- What a batch beyond the first hole reported: it waits with it.
alter table agent_commits_ahead
  add column read_report jsonb,
  add column noted_at timestamptz not null default now();
