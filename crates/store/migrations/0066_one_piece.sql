-- A correction of several bills is one piece: its first page asks for all of them at once, and they are
-- behind it. And sets of corrections are seen, cancelled, and sum up once.

-- Bills whose paper asks for nothing by itself, and the correction whose first page does.
create table bill_behind (
    bill_id bigint primary key references bill (id),
    correction_id bigint not null references correction (id)
);
create index bill_behind_correction on bill_behind (correction_id);

-- Bills that sum up others and were taken back by a set: at its end their accounts are summed up anew, and
-- the row goes.
create table correction_summing (
    bill_id bigint primary key references bill (id),
    set_id bigint not null references correction_set (id)
);
create index correction_summing_set on correction_summing (set_id);

-- A set that somebody cancelled: what was done of it stays, and the jobs that nobody was at are dropped.
create table correction_set_cancelled (
    set_id bigint primary key references correction_set (id),
    why text not null,
    cancelled_by bigint references staff (id),
    cancelled_at bigint not null
);
alter table correction_job add column dropped bigint not null default 0;

-- Every piece that may go by itself, with the day of what is in it. A correction with bills behind it goes
-- as long as one of them stands.
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
    where v.mailing_id = m.id and v.version < n.version);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger bill_behind_stays before delete on bill_behind begin select raise(abort, 'bill_behind: never changes'); end;
create trigger bill_behind_same before update on bill_behind begin select raise(abort, 'bill_behind: never changes'); end;
create trigger bill_behind_once before insert on bill_behind begin
    select raise(abort, 'UNIQUE constraint failed: bill_behind.bill_id') where exists (select 1 from bill_behind where bill_id = new.bill_id);
end;
create trigger correction_set_cancelled_stays before delete on correction_set_cancelled begin select raise(abort, 'correction_set_cancelled: never changes'); end;
create trigger correction_set_cancelled_same before update on correction_set_cancelled begin select raise(abort, 'correction_set_cancelled: never changes'); end;
create trigger correction_set_cancelled_once before insert on correction_set_cancelled begin
    select raise(abort, 'UNIQUE constraint failed: correction_set_cancelled.set_id') where exists (select 1 from correction_set_cancelled where set_id = new.set_id);
end;
-- +postgres
create trigger bill_behind_stays before update or delete on bill_behind for each row execute function never_changes();
create trigger bill_behind_all before truncate on bill_behind for each statement execute function never_changes();
create trigger correction_set_cancelled_stays before update or delete on correction_set_cancelled for each row execute function never_changes();
create trigger correction_set_cancelled_all before truncate on correction_set_cancelled for each statement execute function never_changes();
-- +both
