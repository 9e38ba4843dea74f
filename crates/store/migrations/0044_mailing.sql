-- Everything that goes to a customer goes through the outbox: a piece has a bill in it, the note of a
-- correction, or a summary bill or letter, each as it was when it was made.

create table mailing (
    id bigint primary key,
    number text not null unique,
    kind text not null,
    account_id bigint not null references account (id),
    language text not null,
    addressed_to text not null,
    dated_on text not null,
    cause text not null
);
create index mailing_account on mailing (account_id);
create index mailing_day on mailing (dated_on);

-- The bills that a summary sums up.
create table mailing_bill (
    mailing_id bigint not null references mailing (id),
    bill_id bigint not null references bill (id),
    primary key (mailing_id, bill_id)
);

-- What a letter says: under a name what is put in its place, without one what is listed.
create table mailing_word (
    mailing_id bigint not null references mailing (id),
    position bigint not null check (1 <= position),
    name text not null,
    text text not null,
    primary key (mailing_id, position)
);

alter table piece alter column bill_id drop not null;
alter table piece add column correction_id bigint references correction (id);
-- +sqlite
alter table piece add column mailing_id bigint references mailing (id)
    check ((bill_id is not null) + (correction_id is not null) + (mailing_id is not null) = 1);
-- +postgres
alter table piece add column mailing_id bigint references mailing (id);
alter table piece add check (num_nonnulls(bill_id, correction_id, mailing_id) = 1);
create or replace function of_a_bill() returns trigger language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
    if exists (
        select 1 from (select distinct bill_id from added where bill_id is not null) it
        where not exists (select 1 from bill b where b.id = it.bill_id))
    then
        raise foreign_key_violation using message = tg_table_name || ': there is no such bill';
    end if;
    return null;
end $$;
-- +both
create index piece_correction on piece (correction_id) where correction_id is not null;
create index piece_mailing on piece (mailing_id) where mailing_id is not null;

-- Every piece that may go by itself, with the day of what is in it. Bills that were taken back are not
-- sent, nor what sums them up.
create view piece_that_stands as
select p.id, p.channel, b.billed_on as dated_on
from standing_bill b join piece p on p.bill_id = b.id
where not exists (select 1 from run r where r.window_id = b.window_id and r.stage = 'cancelling')
union all
select p.id, p.channel, c.made_on
from correction c join piece p on p.correction_id = c.id
union all
select p.id, p.channel, m.dated_on
from mailing m join piece p on p.mailing_id = m.id
where not exists (
    select 1 from mailing_bill x join bill_cancelled k on k.bill_id = x.bill_id
    where x.mailing_id = m.id);

-- +sqlite
drop trigger piece_event_taken_back;
create trigger piece_event_taken_back before insert on piece_event
when new.state in ('sending', 'sent')
  and coalesce((select e.state from piece_event e where e.piece_id = new.piece_id
                order by e.position desc limit 1), 'queued') = 'queued'
  and (exists (
    select 1 from piece p join bill b on b.id = p.bill_id
    where p.id = new.piece_id and (
        exists (select 1 from bill_cancelled c where c.bill_id = b.id)
        or exists (select 1 from run r where r.window_id = b.window_id and r.stage = 'cancelling')))
    or exists (
    select 1 from piece p join mailing_bill x on x.mailing_id = p.mailing_id
    join bill_cancelled c on c.bill_id = x.bill_id where p.id = new.piece_id))
begin select raise(abort, 'piece_event: taken back'); end;
-- +postgres
create or replace function piece_event_taken_back() returns trigger language plpgsql as $$
begin
    if new.state in ('sending', 'sent')
        and coalesce((select e.state from piece_event e where e.piece_id = new.piece_id
                      order by e.position desc limit 1), 'queued') = 'queued'
    then
        -- Whoever takes the turn back at this moment waits here, or we wait for them.
        perform 1 from run r
        where r.window_id = (select b.window_id from piece p join bill b on b.id = p.bill_id
                             where p.id = new.piece_id)
        for share;
        if exists (
            select 1 from piece p join bill b on b.id = p.bill_id
            where p.id = new.piece_id and (
                exists (select 1 from bill_cancelled c where c.bill_id = b.id)
                or exists (select 1 from run r where r.window_id = b.window_id and r.stage = 'cancelling')))
            or exists (
            select 1 from piece p join mailing_bill x on x.mailing_id = p.mailing_id
            join bill_cancelled c on c.bill_id = x.bill_id where p.id = new.piece_id)
        then
            raise exception 'piece_event: taken back';
        end if;
    end if;
    return new;
end $$;
-- +both

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger mailing_stays before delete on mailing begin select raise(abort, 'mailing: never changes'); end;
create trigger mailing_same before update on mailing begin select raise(abort, 'mailing: never changes'); end;
create trigger mailing_once before insert on mailing begin
    select raise(abort, 'UNIQUE constraint failed: mailing.id') where exists (select 1 from mailing where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: mailing.number') where exists (select 1 from mailing where number = new.number);
end;
create trigger mailing_bill_stays before delete on mailing_bill begin select raise(abort, 'mailing_bill: never changes'); end;
create trigger mailing_bill_same before update on mailing_bill begin select raise(abort, 'mailing_bill: never changes'); end;
create trigger mailing_bill_once before insert on mailing_bill begin
    select raise(abort, 'UNIQUE constraint failed: mailing_bill.mailing_id, mailing_bill.bill_id') where exists (select 1 from mailing_bill where mailing_id = new.mailing_id and bill_id = new.bill_id);
    select raise(abort, 'UNIQUE constraint failed: mailing_bill.rowid') where exists (select 1 from mailing_bill where rowid = new.rowid);
end;
create trigger mailing_word_stays before delete on mailing_word begin select raise(abort, 'mailing_word: never changes'); end;
create trigger mailing_word_same before update on mailing_word begin select raise(abort, 'mailing_word: never changes'); end;
create trigger mailing_word_once before insert on mailing_word begin
    select raise(abort, 'UNIQUE constraint failed: mailing_word.mailing_id, mailing_word.position') where exists (select 1 from mailing_word where mailing_id = new.mailing_id and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: mailing_word.rowid') where exists (select 1 from mailing_word where rowid = new.rowid);
end;
-- +postgres
create trigger mailing_stays before update or delete on mailing for each row execute function never_changes();
create trigger mailing_all before truncate on mailing for each statement execute function never_changes();
create trigger mailing_bill_stays before update or delete on mailing_bill for each row execute function never_changes();
create trigger mailing_bill_all before truncate on mailing_bill for each statement execute function never_changes();
create trigger mailing_word_stays before update or delete on mailing_word for each row execute function never_changes();
create trigger mailing_word_all before truncate on mailing_word for each statement execute function never_changes();
-- +both
