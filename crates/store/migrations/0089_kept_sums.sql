-- What each journal moved of the accounts of the general ledger, by the day it counts from, and what each
-- account owed by the last journal. What is owed together is added up from these and from what no journal has
-- yet: what is settled is not read again, however long it goes back.

create table journal_moved (
    number bigint not null references journal (number),
    effective_on text not null,
    gl text not null,
    debit_cents bigint not null check (0 <= debit_cents),
    credit_cents bigint not null check (0 <= credit_cents),
    primary key (number, effective_on, gl)
);
insert into journal_moved (number, effective_on, gl, debit_cents, credit_cents)
select j.number, e.effective_on, p.gl,
    cast(sum(case when 0 < p.amount_cents then p.amount_cents else 0 end) as bigint),
    cast(sum(case when p.amount_cents < 0 then -p.amount_cents else 0 end) as bigint)
from (select number, through_entry, coalesce(lag(through_entry) over (order by number), 0) as after_entry
      from journal) as j
join entry e on j.after_entry < e.id and e.id <= j.through_entry
join posting p on p.entry_id = e.id
group by j.number, e.effective_on, p.gl;

create table account_owed (
    account_id bigint primary key references account (id),
    owed_cents bigint not null
);
insert into account_owed (account_id, owed_cents)
select account_id, cast(sum(amount_cents) as bigint) from posting
where gl = '1200 receivable' and entry_id <= (select coalesce(max(through_entry), 0) from journal)
group by account_id;

-- What each account owes now, in parts: what it owed by the last journal, and what was posted since.
create view owed_part as
select account_id, owed_cents as cents from account_owed where owed_cents <> 0
union all
select p.account_id, p.amount_cents
from posting p
where (select coalesce(max(through_entry), 0) from journal) < p.entry_id
  and p.gl = '1200 receivable';

-- +sqlite
create trigger journal_moved_stays before delete on journal_moved begin select raise(abort, 'journal_moved: never changes'); end;
create trigger journal_moved_same before update on journal_moved begin select raise(abort, 'journal_moved: never changes'); end;
create trigger journal_moved_once before insert on journal_moved begin
    select raise(abort, 'UNIQUE constraint failed: journal_moved.number, journal_moved.effective_on, journal_moved.gl') where exists (select 1 from journal_moved where number = new.number and effective_on = new.effective_on and gl = new.gl);
    select raise(abort, 'UNIQUE constraint failed: journal_moved.rowid') where exists (select 1 from journal_moved where rowid = new.rowid);
end;
-- +postgres
create trigger journal_moved_stays before update or delete on journal_moved for each row execute function never_changes();
create trigger journal_moved_all before truncate on journal_moved for each statement execute function never_changes();
-- +both
