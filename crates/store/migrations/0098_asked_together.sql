-- Posting without what it does not need: an index in which nobody looks most of it up, days that were billed
-- long ago, and on a server keys of other tables that were asked for row by row.

-- Of what is posted of accounts only these four are looked up by account. Revenue, of which each bill has
-- most, was filed under its account too, and what is owed twice.
drop index posting_account;
drop index posting_receivable;
create index posting_of_account on posting (account_id, gl, amount_cents)
where gl = '1200 receivable' or gl = '1210 budget variance'
   or gl = '2400 customer deposits' or gl = '2410 deposit interest';

-- +sqlite
-- The row's own id is looked for only where somebody gives it: where nobody does it is -1 here, and no row has
-- that.
alter table segment add constraint segment_counted check (0 < rowid);
alter table segment_evidence add constraint segment_evidence_counted check (0 < rowid);
alter table segment_carried add constraint segment_carried_counted check (0 < rowid);
alter table segment_origin add constraint segment_origin_counted check (0 < rowid);
alter table bill_line add constraint bill_line_counted check (0 < rowid);
alter table posting add constraint posting_counted check (0 < rowid);
drop trigger segment_once;
create trigger segment_once before insert on segment begin
    select raise(abort, 'UNIQUE constraint failed: segment.bill_id, segment.position') where exists (select 1 from segment where bill_id = new.bill_id and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: segment.rowid') where new.rowid <> -1 and exists (select 1 from segment where rowid = new.rowid);
end;
drop trigger segment_evidence_once;
create trigger segment_evidence_once before insert on segment_evidence begin
    select raise(abort, 'UNIQUE constraint failed: segment_evidence.bill_id, segment_evidence.segment, segment_evidence.position') where exists (select 1 from segment_evidence where bill_id = new.bill_id and segment = new.segment and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: segment_evidence.rowid') where new.rowid <> -1 and exists (select 1 from segment_evidence where rowid = new.rowid);
end;
drop trigger segment_carried_once;
create trigger segment_carried_once before insert on segment_carried begin
    select raise(abort, 'UNIQUE constraint failed: segment_carried.bill_id, segment_carried.segment, segment_carried.position') where exists (select 1 from segment_carried where bill_id = new.bill_id and segment = new.segment and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: segment_carried.rowid') where new.rowid <> -1 and exists (select 1 from segment_carried where rowid = new.rowid);
end;
drop trigger segment_origin_once;
create trigger segment_origin_once before insert on segment_origin begin
    select raise(abort, 'UNIQUE constraint failed: segment_origin.bill_id, segment_origin.segment') where exists (select 1 from segment_origin where bill_id = new.bill_id and segment = new.segment);
    select raise(abort, 'UNIQUE constraint failed: segment_origin.rowid') where new.rowid <> -1 and exists (select 1 from segment_origin where rowid = new.rowid);
end;
drop trigger bill_line_once;
create trigger bill_line_once before insert on bill_line begin
    select raise(abort, 'UNIQUE constraint failed: bill_line.bill_id, bill_line.segment, bill_line.position') where exists (select 1 from bill_line where bill_id = new.bill_id and segment = new.segment and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: bill_line.rowid') where new.rowid <> -1 and exists (select 1 from bill_line where rowid = new.rowid);
end;
drop trigger posting_once;
create trigger posting_once before insert on posting begin
    select raise(abort, 'UNIQUE constraint failed: posting.entry_id, posting.position') where exists (select 1 from posting where entry_id = new.entry_id and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: posting.rowid') where new.rowid <> -1 and exists (select 1 from posting where rowid = new.rowid);
end;
-- Segments that stand share no day, so that the last one that begins before a new one ends is all there is to
-- look at, however many there are.
drop trigger segment_billed_twice;
create trigger segment_billed_twice before insert on segment
when new.from_on < (
    select it.to_on from standing_segment it
    where it.agreement_id = new.agreement_id and it.from_on < new.to_on
    order by it.from_on desc limit 1)
begin select raise(abort, 'segment: billed twice'); end;

-- +postgres
-- What a bill, a segment and a piece name may go as long as nothing names it: whoever names it holds it until
-- that is kept, all rows of a statement together, and it is asked itself when it goes.
alter table bill drop constraint bill_account_id_fkey;
alter table bill drop constraint bill_window_id_fkey;
alter table segment drop constraint segment_agreement_id_fkey;
alter table piece drop constraint piece_account_id_fkey;
alter table piece drop constraint piece_person_id_fkey;

create function bill_of_an_account() returns trigger language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    held bigint;
begin
    perform 1 from account a where a.id in (select account_id from added) order by a.id for key share;
    get diagnostics held = row_count;
    if held <> (select count(distinct account_id) from added) then
        raise foreign_key_violation using message = 'bill: there is no such account';
    end if;
    perform 1 from bill_window w where w.id in (select window_id from added) order by w.id for key share;
    get diagnostics held = row_count;
    if held <> (select count(distinct window_id) from added) then
        raise foreign_key_violation using message = 'bill: there is no such window';
    end if;
    return null;
end $$;
create trigger bill_of_an_account after insert on bill referencing new table as added
for each statement execute function bill_of_an_account();

create function piece_to_somebody() returns trigger language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    held bigint;
begin
    perform 1 from account a where a.id in (select account_id from added) order by a.id for key share;
    get diagnostics held = row_count;
    if held <> (select count(distinct account_id) from added) then
        raise foreign_key_violation using message = 'piece: there is no such account';
    end if;
    perform 1 from person n where n.id in (select person_id from added) order by n.id for key share;
    get diagnostics held = row_count;
    if held <> (select count(distinct person_id) from added) then
        raise foreign_key_violation using message = 'piece: there is no such person';
    end if;
    return null;
end $$;
create trigger piece_to_somebody after insert on piece referencing new table as added
for each statement execute function piece_to_somebody();

-- The same of agreements, which are held here anyway.
create or replace function segment_billed_twice() returns trigger language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    held bigint;
begin
    -- Whoever bills the same agreements waits here, so that two cannot do it at once. Those that name
    -- them hold them too, by a weaker lock, and do not wait for each other.
    perform 1 from agreement g where g.id in (select agreement_id from added)
    order by g.id for no key update;
    get diagnostics held = row_count;
    if held <> (select count(distinct agreement_id) from added) then
        raise foreign_key_violation using message = 'segment: there is no such agreement';
    end if;
    -- Those that stand share no day, so that the last other one that begins before the end is all there is
    -- to look at.
    if exists (
        select 1 from added it
        join lateral (
            select s.to_on from segment s
            where s.agreement_id = it.agreement_id and s.from_on < it.to_on
              and (s.bill_id, s.position) <> (it.bill_id, it.position)
              and not exists (select 1 from bill_cancelled c where c.bill_id = s.bill_id)
            order by s.from_on desc limit 1) as last on it.from_on < last.to_on)
    then
        raise exception 'segment: billed twice';
    end if;
    return null;
end $$;

-- And of accounts of postings, which were looked up twice.
create or replace function of_an_entry() returns trigger language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    held bigint;
begin
    if exists (
        select 1 from (select distinct entry_id from added) it
        where not exists (select 1 from entry e where e.id = it.entry_id))
    then
        raise foreign_key_violation using message = 'posting: there is no such entry';
    end if;
    perform 1 from account a
    where a.id in (select account_id from added where account_id is not null)
    order by a.id for key share;
    get diagnostics held = row_count;
    if held <> (select count(distinct account_id) from added) then
        raise foreign_key_violation using message = 'posting: there is no such account';
    end if;
    return null;
end $$;

create function is_named() returns trigger language plpgsql set enable_seqscan = off as $$
declare
    named boolean;
begin
    if tg_op = 'UPDATE' and old.id = new.id then
        return new;
    end if;
    execute format('select exists (select 1 from %I where %I = $1)', tg_argv[0], tg_argv[1])
        into named using old.id;
    if named then
        raise foreign_key_violation using message = format('%s: a %s names it', tg_table_name, tg_argv[0]);
    end if;
    return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger account_of_a_bill before delete or update of id on account
for each row execute function is_named('bill', 'account_id');
create trigger account_of_a_piece before delete or update of id on account
for each row execute function is_named('piece', 'account_id');
create trigger bill_window_of_a_bill before delete or update of id on bill_window
for each row execute function is_named('bill', 'window_id');
create trigger agreement_of_a_segment before delete or update of id on agreement
for each row execute function is_named('segment', 'agreement_id');
create trigger person_of_a_piece before delete or update of id on person
for each row execute function is_named('piece', 'person_id');
-- +both
