-- What else the record knows: details of meters and accounts.
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
