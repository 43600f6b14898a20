-- Who is signed in with a browser: by a key, whose rights are asked of it each time, or by an OIDC issuer, whose word at
-- the sign-in holds until the session ends.
create table sessions (
  -- hex SHA-256 of what the cookie holds
  token_hash text primary key,
  pak_id uuid references paks (id) on delete cascade,
  issuer text,
  subject text,
  kind text check (kind in ('admin', 'reader')),
  -- of a reader; null: all
  scope_agents uuid[],
  -- the name to greet with; a key has its own
  label text not null default '',
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  -- moves with use, up to `ends_at`
  expires_at timestamptz not null,
  ends_at timestamptz not null,
  check (num_nonnulls(issuer, subject, kind) = case when pak_id is null then 3 else 0 end)
);
create index sessions_pak on sessions (pak_id) where pak_id is not null;
create index sessions_subject on sessions (issuer, subject) where issuer is not null;
create index sessions_expiry on sessions (expires_at);
