-- What collections tell customers: the letters of steps, once for a case and a step, and once more each time
-- that a notice is sent again. None goes while notices are stopped, nor of a case that ended, nor one in
-- whose place another was written.

create table collection_letter (
    key text not null references collection_case (key),
    nth bigint not null check (0 < nth),
    -- How often it was sent before.
    again bigint not null check (0 <= again),
    step text not null check (step in ('reminder', 'notice')),
    mailing_id bigint not null unique references mailing (id),
    -- The first day of a cut that a notice names.
    earliest_on text not null,
    primary key (key, nth, again)
);

-- Which orders a visit is.
create table collection_visit (
    order_id bigint primary key references work_order (id),
    key text not null references collection_case (key),
    nth bigint not null
);
create index collection_visit_case on collection_visit (key);

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
  and (not exists (select 1 from bill_behind h where h.correction_id = c.id)
    or exists (
    select 1 from bill_behind h
    where h.correction_id = c.id
      and not exists (select 1 from bill_cancelled k where k.bill_id = h.bill_id)))
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
    where v.mailing_id = m.id and v.version < n.version)
  and not exists (
    select 1 from collection_letter l join collection_end e on e.key = l.key
    where l.mailing_id = m.id)
  and not exists (
    select 1 from collection_letter l
    join collection_letter n on n.key = l.key and n.nth = l.nth and l.again < n.again
    where l.mailing_id = m.id)
  and not exists (
    select 1 from collection_letter l join collection_switch s on s.what = 'notices'
    where l.mailing_id = m.id and s.stopped = 1
      and s.nth = (select max(n.nth) from collection_switch n where n.what = 'notices'));

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger collection_letter_stays before delete on collection_letter begin select raise(abort, 'collection_letter: never changes'); end;
create trigger collection_letter_same before update on collection_letter begin select raise(abort, 'collection_letter: never changes'); end;
create trigger collection_letter_once before insert on collection_letter begin
    select raise(abort, 'UNIQUE constraint failed: collection_letter.key, collection_letter.nth, collection_letter.again') where exists (select 1 from collection_letter where key = new.key and nth = new.nth and again = new.again);
    select raise(abort, 'UNIQUE constraint failed: collection_letter.mailing_id') where exists (select 1 from collection_letter where mailing_id = new.mailing_id);
    select raise(abort, 'UNIQUE constraint failed: collection_letter.rowid') where exists (select 1 from collection_letter where rowid = new.rowid);
end;
create trigger collection_visit_stays before delete on collection_visit begin select raise(abort, 'collection_visit: never changes'); end;
create trigger collection_visit_same before update on collection_visit begin select raise(abort, 'collection_visit: never changes'); end;
create trigger collection_visit_once before insert on collection_visit begin
    select raise(abort, 'UNIQUE constraint failed: collection_visit.order_id') where exists (select 1 from collection_visit where order_id = new.order_id);
    select raise(abort, 'UNIQUE constraint failed: collection_visit.rowid') where exists (select 1 from collection_visit where rowid = new.rowid);
end;
-- +postgres
create trigger collection_letter_stays before update or delete on collection_letter for each row execute function never_changes();
create trigger collection_letter_all before truncate on collection_letter for each statement execute function never_changes();
create trigger collection_visit_stays before update or delete on collection_visit for each row execute function never_changes();
create trigger collection_visit_all before truncate on collection_visit for each statement execute function never_changes();
-- +both
