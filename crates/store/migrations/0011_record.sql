-- What else the record knows: details of meters and accounts, and documents.
--
-- Details may change: to_on, once, when something else follows.

create table meter_detail (
    id bigint primary key,
    meter_id bigint not null references meter (id),
    kind text not null,
    value text not null,
    from_on text not null,
    to_on text,
    check (to_on is null or from_on < to_on)
);
create index meter_detail_of on meter_detail (meter_id, kind, from_on);

create table account_detail (
    id bigint primary key,
    account_id bigint not null references account (id),
    kind text not null,
    value text not null,
    from_on text not null,
    to_on text,
    check (to_on is null or from_on < to_on)
);
create index account_detail_of on account_detail (account_id, kind, from_on);
create index account_detail_value on account_detail (kind, value);

-- Bytes are kept once, whoever brings them.
create table document_bytes (
    sha256 text not null primary key,
    bytes bytea not null
);

-- What a document is about is a word of `about.rs` and the id of one of them.
create table document (
    id bigint primary key,
    sha256 text not null references document_bytes (sha256),
    media text not null,
    size_bytes bigint not null check (1 <= size_bytes),
    name text not null,
    about text not null,
    about_id bigint not null,
    added_at bigint not null,
    staff_id bigint references staff (id)
);
create index document_about on document (about, about_id);

-- A document that was withdrawn is not shown any more; its bytes stay.
create table document_end (
    document_id bigint primary key references document (id),
    why text not null,
    ended_at bigint not null,
    staff_id bigint references staff (id)
);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger document_bytes_stays before delete on document_bytes begin select raise(abort, 'document_bytes: never changes'); end;
create trigger document_bytes_same before update on document_bytes begin select raise(abort, 'document_bytes: never changes'); end;
create trigger document_bytes_once before insert on document_bytes begin
    select raise(abort, 'UNIQUE constraint failed: document_bytes.sha256') where exists (select 1 from document_bytes where sha256 = new.sha256);
    select raise(abort, 'UNIQUE constraint failed: document_bytes.rowid') where exists (select 1 from document_bytes where rowid = new.rowid);
end;
create trigger document_stays before delete on document begin select raise(abort, 'document: never changes'); end;
create trigger document_same before update on document begin select raise(abort, 'document: never changes'); end;
create trigger document_once before insert on document begin
    select raise(abort, 'UNIQUE constraint failed: document.id') where exists (select 1 from document where id = new.id);
end;
create trigger document_end_stays before delete on document_end begin select raise(abort, 'document_end: never changes'); end;
create trigger document_end_same before update on document_end begin select raise(abort, 'document_end: never changes'); end;
create trigger document_end_once before insert on document_end begin
    select raise(abort, 'UNIQUE constraint failed: document_end.document_id') where exists (select 1 from document_end where document_id = new.document_id);
end;
-- +postgres
create trigger document_bytes_stays before update or delete on document_bytes for each row execute function never_changes();
create trigger document_bytes_all before truncate on document_bytes for each statement execute function never_changes();
create trigger document_stays before update or delete on document for each row execute function never_changes();
create trigger document_all before truncate on document for each statement execute function never_changes();
create trigger document_end_stays before update or delete on document_end for each row execute function never_changes();
create trigger document_end_all before truncate on document_end for each statement execute function never_changes();
-- +both

-- No two at once ----------------------------------------------------------------------------------

-- +sqlite
create trigger meter_detail_overlap_on_insert before insert on meter_detail
when exists (
    select 1 from meter_detail it
    where it.meter_id = new.meter_id and it.kind = new.kind
      and new.kind not in ('seal', 'test') and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'detail: overlaps'); end;
create trigger meter_detail_overlap_on_update before update on meter_detail
when exists (
    select 1 from meter_detail it
    where it.meter_id = new.meter_id and it.kind = new.kind
      and new.kind not in ('seal', 'test') and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'detail: overlaps'); end;
create trigger account_detail_overlap_on_insert before insert on account_detail
when exists (
    select 1 from account_detail it
    where it.account_id = new.account_id and it.kind = new.kind
      and 1 = 1 and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'detail: overlaps'); end;
create trigger account_detail_overlap_on_update before update on account_detail
when exists (
    select 1 from account_detail it
    where it.account_id = new.account_id and it.kind = new.kind
      and 1 = 1 and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'detail: overlaps'); end;
-- +postgres
create function meter_detail_overlaps() returns trigger language plpgsql as $$
begin
    -- Whoever asks about the same one waits here, so that two cannot slip in at once.
    perform 1 from meter where id = new.meter_id for update;
    if exists (
        select 1 from meter_detail it
        where it.meter_id = new.meter_id and it.kind = new.kind
          and new.kind not in ('seal', 'test') and it.id <> new.id
          and (new.to_on is null or it.from_on < new.to_on)
          and (it.to_on is null or new.from_on < it.to_on))
    then
        raise exception 'detail: overlaps';
    end if;
    return new;
end $$;
create trigger meter_detail_overlap before insert or update on meter_detail
for each row execute function meter_detail_overlaps();
create function account_detail_overlaps() returns trigger language plpgsql as $$
begin
    -- Whoever asks about the same one waits here, so that two cannot slip in at once.
    perform 1 from account where id = new.account_id for update;
    if exists (
        select 1 from account_detail it
        where it.account_id = new.account_id and it.kind = new.kind
          and 1 = 1 and it.id <> new.id
          and (new.to_on is null or it.from_on < new.to_on)
          and (it.to_on is null or new.from_on < it.to_on))
    then
        raise exception 'detail: overlaps';
    end if;
    return new;
end $$;
create trigger account_detail_overlap before insert or update on account_detail
for each row execute function account_detail_overlaps();
-- +both
