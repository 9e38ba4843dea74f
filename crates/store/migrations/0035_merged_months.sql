-- A month that came day by day, laid together: one block, and which file each of its values came in
-- (parts), so that any earlier time can be asked what it knew. What is laid together is taken out of
-- interval_block; what lies over something else stays there, and lies over this.
create table interval_month (
    channel_id bigint not null references channel (id),
    month bigint not null,
    last_batch bigint not null references batch (id),
    parts bytea not null,
    bytes bytea not null,
    primary key (channel_id, month)
);

-- All that is filed of a channel with a month. What was merged comes before what lies over it.
create view interval_filed as
select channel_id, month, batch_id, bytes, cast(null as bytea) as parts, cast(null as bigint) as last_batch
from interval_block
union all
select channel_id, month, cast(0 as bigint), bytes, parts, last_batch from interval_month;

-- What never changes, whoever asks ----------------------------------------------------------------
-- A block goes only where its month was merged since; a merged month only becomes one of more.

-- What a channel said stays, so the channel does.

-- +sqlite
create trigger channel_stays before delete on channel begin select raise(abort, 'channel: never goes'); end;
create trigger channel_same before update of id on channel when new.id <> old.id begin select raise(abort, 'channel: never goes'); end;
drop trigger interval_block_stays;
create trigger interval_block_stays before delete on interval_block
when not exists (
    select 1 from interval_month m
    where m.channel_id = old.channel_id and m.month = old.month and old.batch_id <= m.last_batch)
begin select raise(abort, 'interval_block: never changes'); end;
create trigger interval_month_stays before delete on interval_month begin select raise(abort, 'interval_month: never changes'); end;
create trigger interval_month_same before update on interval_month
when new.channel_id <> old.channel_id or new.month <> old.month or new.last_batch < old.last_batch
  or new.parts = old.parts
begin select raise(abort, 'interval_month: never changes'); end;
create trigger interval_month_once before insert on interval_month begin
    select raise(abort, 'UNIQUE constraint failed: interval_month.channel_id, interval_month.month') where exists (select 1 from interval_month where channel_id = new.channel_id and month = new.month);
    select raise(abort, 'UNIQUE constraint failed: interval_month.rowid') where exists (select 1 from interval_month where rowid = new.rowid);
end;
-- +postgres
alter table interval_month alter column bytes set storage external;
drop trigger interval_block_stays on interval_block;
create trigger interval_block_same before update on interval_block for each row execute function never_changes();
create function interval_block_stays() returns trigger language plpgsql as $$
begin
    if not exists (
        select 1 from interval_month m
        where m.channel_id = old.channel_id and m.month = old.month and old.batch_id <= m.last_batch)
    then
        raise exception 'interval_block: never changes';
    end if;
    return old;
end $$;
create trigger interval_block_stays before delete on interval_block for each row execute function interval_block_stays();
create function interval_month_same() returns trigger language plpgsql as $$
begin
    if new.channel_id <> old.channel_id or new.month <> old.month or new.last_batch < old.last_batch
      or new.parts = old.parts
    then
        raise exception 'interval_month: never changes';
    end if;
    return new;
end $$;
create trigger interval_month_same before update on interval_month for each row execute function interval_month_same();
create trigger interval_month_stays before delete on interval_month for each row execute function never_changes();
create trigger interval_month_all before truncate on interval_month for each statement execute function never_changes();

create function channel_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or new.id <> old.id then
        raise exception 'channel: never goes';
    end if;
    return new;
end $$;
create trigger channel_stays before delete or update of id on channel for each row execute function channel_stays();

-- A file of a day has a block for each channel. Channels and batches never go, so that whoever is added
-- needs to be asked, and nobody else: all of a statement together, which takes a part of what it takes
-- row by row. The plans are made for tables that grow.
alter table interval_block drop constraint interval_block_channel_id_fkey;
alter table interval_block drop constraint interval_block_batch_id_fkey;
create function block_of_a_channel() returns trigger language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
    if exists (
        select 1 from (select distinct channel_id from added) it
        where not exists (select 1 from channel c where c.id = it.channel_id))
    then
        raise foreign_key_violation using message = 'interval_block: there is no such channel';
    end if;
    if exists (
        select 1 from (select distinct batch_id from added) it
        where not exists (select 1 from batch b where b.id = it.batch_id))
    then
        raise foreign_key_violation using message = 'interval_block: there is no such batch';
    end if;
    return null;
end $$;
create trigger interval_block_of_a_channel after insert on interval_block
referencing new table as added for each statement execute function block_of_a_channel();
-- +both
