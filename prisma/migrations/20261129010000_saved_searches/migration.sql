-- Searches that somebody keeps: what is asked for, never what was found.
create table saved_searches (
  id uuid primary key default gen_random_uuid(),
  -- who saved it, as `subject` of the audit: `pak:<id>` or `oidc:<sub>`
  owner text not null,
  -- a key that is deleted takes its searches with it; one that was revoked does not
  pak_id uuid references paks on delete cascade,
  name text not null,
  query text not null,
  shared boolean not null,
  -- named in the query: a shared search is shown only to those who may read them
  agent_id uuid,
  namespace text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (owner, name)
);
create index saved_searches_shared on saved_searches (created_at) where shared;
create index saved_searches_pak on saved_searches (pak_id) where pak_id is not null;
