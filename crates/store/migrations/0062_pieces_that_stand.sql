-- Whatever goes to a customer goes only as long as what it says stands: not while a turn is taken back of
-- whose bills it says something, and no letter of a move that was put on other days or cancelled.

-- Corrections up to this one are older than this rule, and nobody is told of them by it.
create table note_begin (
    id bigint primary key check (id = 1),
    after_correction_id bigint not null
);
insert into note_begin (id, after_correction_id) select 1, coalesce(max(id), 0) from correction;

-- The move that a letter is about, and the version of it that it tells of.
create table mailing_move (
    mailing_id bigint primary key references mailing (id),
    move_id bigint not null references move (id),
    version bigint not null
);

-- Bills of turns that are being taken back.
create view bill_going as
select b.id as bill_id from run r join bill b on b.window_id = r.window_id where r.stage = 'cancelling';

-- Every piece that may go by itself, with the day of what is in it.
drop view piece_that_stands;
create view piece_that_stands as
select p.id, p.channel, b.billed_on as dated_on
from standing_bill b join piece p on p.bill_id = b.id
where not exists (select 1 from bill_going g where g.bill_id = b.id)
  and not exists (
    select 1 from bill_summed s join bill_going g on g.bill_id = s.summed_bill_id
    where s.bill_id = b.id)
union all
select p.id, p.channel, c.made_on
from correction c join piece p on p.correction_id = c.id
where not exists (
    select 1 from bill_cancelled k join bill_going g on g.bill_id = k.bill_id
    where k.correction_id = c.id)
  and not exists (
    select 1 from bill_cancelled k join bill_summed s on s.bill_id = k.bill_id
    join bill_going g on g.bill_id = s.summed_bill_id
    where k.correction_id = c.id)
union all
select p.id, p.channel, m.dated_on
from mailing m join piece p on p.mailing_id = m.id
where not exists (
    select 1 from mailing_bill x join bill_cancelled k on k.bill_id = x.bill_id
    where x.mailing_id = m.id)
  and not exists (
    select 1 from mailing_bill x join bill_going g on g.bill_id = x.bill_id
    where x.mailing_id = m.id)
  and not exists (
    select 1 from mailing_move v join move_version n on n.move_id = v.move_id
    where v.mailing_id = m.id and v.version < n.version);

-- +sqlite
drop trigger piece_event_taken_back;
create trigger piece_event_taken_back before insert on piece_event
when new.state in ('sending', 'sent')
  and coalesce((select e.state from piece_event e where e.piece_id = new.piece_id
                order by e.position desc limit 1), 'queued') = 'queued'
  and not exists (select 1 from piece_that_stands s where s.id = new.piece_id)
begin select raise(abort, 'piece_event: taken back'); end;
-- +postgres
create or replace function piece_event_taken_back() returns trigger language plpgsql as $$
begin
    if new.state in ('sending', 'sent')
        and coalesce((select e.state from piece_event e where e.piece_id = new.piece_id
                      order by e.position desc limit 1), 'queued') = 'queued'
    then
        -- Whoever takes a turn of it back at this moment, or changes its move, waits here, or we wait
        -- for them.
        perform 1 from run r
        where r.window_id in (
            select b.window_id from piece p join bill b on b.id = p.bill_id
            where p.id = new.piece_id
            union all
            select b.window_id from piece p join bill_summed s on s.bill_id = p.bill_id
            join bill b on b.id = s.summed_bill_id where p.id = new.piece_id
            union all
            select b.window_id from piece p join mailing_bill x on x.mailing_id = p.mailing_id
            join bill b on b.id = x.bill_id where p.id = new.piece_id
            union all
            select b.window_id from piece p join bill_cancelled k on k.correction_id = p.correction_id
            join bill b on b.id = k.bill_id where p.id = new.piece_id
            union all
            select b.window_id from piece p join bill_cancelled k on k.correction_id = p.correction_id
            join bill_summed s on s.bill_id = k.bill_id
            join bill b on b.id = s.summed_bill_id where p.id = new.piece_id)
        order by r.id for share;
        perform 1 from move m
        where m.id = (select v.move_id from piece p join mailing_move v on v.mailing_id = p.mailing_id
                      where p.id = new.piece_id)
        for share;
        if not exists (select 1 from piece_that_stands s where s.id = new.piece_id) then
            raise exception 'piece_event: taken back';
        end if;
    end if;
    return new;
end $$;
-- +both

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger note_begin_stays before delete on note_begin begin select raise(abort, 'note_begin: never changes'); end;
create trigger note_begin_same before update on note_begin begin select raise(abort, 'note_begin: never changes'); end;
create trigger note_begin_once before insert on note_begin begin
    select raise(abort, 'UNIQUE constraint failed: note_begin.id') where exists (select 1 from note_begin where id = new.id);
end;
create trigger mailing_move_stays before delete on mailing_move begin select raise(abort, 'mailing_move: never changes'); end;
create trigger mailing_move_same before update on mailing_move begin select raise(abort, 'mailing_move: never changes'); end;
create trigger mailing_move_once before insert on mailing_move begin
    select raise(abort, 'UNIQUE constraint failed: mailing_move.mailing_id') where exists (select 1 from mailing_move where mailing_id = new.mailing_id);
end;
-- +postgres
create trigger note_begin_stays before update or delete on note_begin for each row execute function never_changes();
create trigger note_begin_all before truncate on note_begin for each statement execute function never_changes();
create trigger mailing_move_stays before update or delete on mailing_move for each row execute function never_changes();
create trigger mailing_move_all before truncate on mailing_move for each statement execute function never_changes();
-- +both
