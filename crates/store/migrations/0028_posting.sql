-- Posting in bulk: what the database asks of each row of many, it asks of all of them together, and
-- ids of pieces go by place as those of bills do.

-- A job has its ids of pieces set aside too. What was cut before has none.
alter table run_job add column first_piece bigint not null default 0;
alter table run_job add column pieces bigint not null default 0;

-- +postgres
-- A key of another table was asked for row by row, by a plan that was made when that table was empty:
-- with eight lines to a segment it took several times what the rows take. The rows of a statement are
-- asked for together. The tables that are named never lose a row, so that whoever is added needs to be
-- asked, and nobody else. Plans are made for tables that grow: they go by their keys, however few rows
-- there are now.
alter table segment drop constraint segment_bill_id_fkey;
alter table segment_evidence drop constraint segment_evidence_bill_id_segment_fkey;
alter table segment_carried drop constraint segment_carried_bill_id_segment_fkey;
alter table segment_origin drop constraint segment_origin_bill_id_segment_fkey;
alter table bill_line drop constraint bill_line_bill_id_segment_fkey;
alter table posting drop constraint posting_entry_id_fkey;
alter table posting drop constraint posting_account_id_fkey;
alter table piece drop constraint piece_bill_id_fkey;

create function of_a_bill() returns trigger language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
    if exists (
        select 1 from (select distinct bill_id from added) it
        where not exists (select 1 from bill b where b.id = it.bill_id))
    then
        raise foreign_key_violation using message = tg_table_name || ': there is no such bill';
    end if;
    return null;
end $$;
create trigger segment_of_a_bill after insert on segment referencing new table as added
for each statement execute function of_a_bill();
create trigger piece_of_a_bill after insert on piece referencing new table as added
for each statement execute function of_a_bill();

create function of_a_segment() returns trigger language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
    if exists (
        select 1 from (select distinct bill_id, segment from added) it
        where not exists (
            select 1 from segment s where s.bill_id = it.bill_id and s.position = it.segment))
    then
        raise foreign_key_violation using message = tg_table_name || ': there is no such segment';
    end if;
    return null;
end $$;
create trigger segment_evidence_of_a_segment after insert on segment_evidence
referencing new table as added for each statement execute function of_a_segment();
create trigger segment_carried_of_a_segment after insert on segment_carried
referencing new table as added for each statement execute function of_a_segment();
create trigger segment_origin_of_a_segment after insert on segment_origin
referencing new table as added for each statement execute function of_a_segment();
create trigger bill_line_of_a_segment after insert on bill_line
referencing new table as added for each statement execute function of_a_segment();

-- An account may go as long as nothing names it: whoever names it holds it until that is kept, and it
-- is asked itself when it goes.
create function of_an_entry() returns trigger language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
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
    if exists (
        select 1 from (select distinct account_id from added where account_id is not null) it
        where not exists (select 1 from account a where a.id = it.account_id))
    then
        raise foreign_key_violation using message = 'posting: there is no such account';
    end if;
    return null;
end $$;
create trigger posting_of_an_entry after insert on posting referencing new table as added
for each statement execute function of_an_entry();
create function account_has_postings() returns trigger language plpgsql
set enable_seqscan = off as $$
begin
    if tg_op = 'UPDATE' and old.id = new.id then
        return new;
    end if;
    if exists (select 1 from posting where account_id = old.id) then
        raise foreign_key_violation using message = 'account: there are postings of it';
    end if;
    return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger account_has_postings before delete or update of id on account
for each row execute function account_has_postings();

-- No day of an agreement is on two bills that stand, asked of all segments of a statement.
drop trigger segment_billed_twice on segment;
create or replace function segment_billed_twice() returns trigger language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
    -- Whoever bills the same agreements waits here, so that two cannot do it at once. Those that name
    -- them hold them too, by a weaker lock, and do not wait for each other.
    perform 1 from agreement g where g.id in (select agreement_id from added)
    order by g.id for no key update;
    if exists (
        select 1 from added it
        join segment s on s.agreement_id = it.agreement_id
          and s.from_on < it.to_on and it.from_on < s.to_on
          and (s.bill_id, s.position) <> (it.bill_id, it.position)
        where not exists (select 1 from bill_cancelled c where c.bill_id = s.bill_id))
    then
        raise exception 'segment: billed twice';
    end if;
    return null;
end $$;
create trigger segment_billed_twice after insert on segment referencing new table as added
for each statement execute function segment_billed_twice();

-- The same of entries whose journal is closed.
drop trigger entry_sealed on entry;
create or replace function entry_sealed() returns trigger language plpgsql as $$
begin
    if (select min(id) from added) <= (select through_entry from journal order by number desc limit 1) then
        raise exception 'entry: its journal is closed';
    end if;
    return null;
end $$;
create trigger entry_sealed after insert on entry referencing new table as added
for each statement execute function entry_sealed();
-- +both
