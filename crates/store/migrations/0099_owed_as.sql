-- Who owes a bill in the place of another: whoever owed that. And interest that another account has, since it
-- paid what was too much.

-- A bill in the place of another is owed as that was: by the day on the first of them.
create table bill_owed_as (
    bill_id bigint primary key references bill (id),
    billed_on text not null
);

-- Of the interest of a correction what goes to other accounts than that of its bills.
create table correction_interest (
    correction_id bigint not null references correction (id),
    account_id bigint not null references account (id),
    amount_cents bigint not null check (0 < amount_cents),
    primary key (correction_id, account_id)
);
create index correction_interest_account on correction_interest (account_id);

drop view bill_waiting;
drop view bill_rolled;

-- Bills whose paper says that another account pays them: their account was summed up on the day by which that
-- is said by one to which it was rolled up then.
create view bill_rolled as
select b.id as bill_id, b.account_id, s.by_account_id
from bill b
left join bill_owed_as o on o.bill_id = b.id
join summed_up s on s.account_id = b.account_id
  and s.from_on <= coalesce(o.billed_on, b.billed_on)
  and (s.to_on is null or coalesce(o.billed_on, b.billed_on) < s.to_on)
join account_detail r on r.account_id = s.by_account_id and r.kind = 'sums' and r.value = 'roll-up'
  and r.from_on <= coalesce(o.billed_on, b.billed_on)
  and (r.to_on is null or coalesce(o.billed_on, b.billed_on) < r.to_on)
where not exists (select 1 from bill_summed u where u.bill_id = b.id);

-- What such a bill comes to without what rules of corrections took off: nobody is charged for that.
create view bill_charged as
select r.bill_id, r.account_id, r.by_account_id,
    b.total_cents - cast(coalesce((
        select sum(q.amount_cents) from bill_due_part q where q.bill_id = b.id and q.waived = 1), 0)
        as bigint) as charged_cents
from bill_rolled r join bill b on b.id = r.bill_id;

-- Those of them that stand and that no summary bill has moved yet. They are nobody's debt that is due.
create view bill_waiting as
select r.bill_id, r.account_id, r.by_account_id, r.charged_cents
from bill_charged r
where not exists (select 1 from bill_cancelled c where c.bill_id = r.bill_id)
  and not exists (
    select 1 from bill_summed u
    where u.summed_bill_id = r.bill_id
      and not exists (select 1 from bill_cancelled c where c.bill_id = u.bill_id));

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger bill_owed_as_stays before delete on bill_owed_as begin select raise(abort, 'bill_owed_as: never changes'); end;
create trigger bill_owed_as_same before update on bill_owed_as begin select raise(abort, 'bill_owed_as: never changes'); end;
create trigger bill_owed_as_once before insert on bill_owed_as begin
    select raise(abort, 'UNIQUE constraint failed: bill_owed_as.bill_id') where exists (select 1 from bill_owed_as where bill_id = new.bill_id);
end;
create trigger correction_interest_stays before delete on correction_interest begin select raise(abort, 'correction_interest: never changes'); end;
create trigger correction_interest_same before update on correction_interest begin select raise(abort, 'correction_interest: never changes'); end;
create trigger correction_interest_once before insert on correction_interest begin
    select raise(abort, 'UNIQUE constraint failed: correction_interest.correction_id, correction_interest.account_id') where exists (select 1 from correction_interest where correction_id = new.correction_id and account_id = new.account_id);
    select raise(abort, 'UNIQUE constraint failed: correction_interest.rowid') where exists (select 1 from correction_interest where rowid = new.rowid);
end;
-- +postgres
create trigger bill_owed_as_stays before update or delete on bill_owed_as for each row execute function never_changes();
create trigger bill_owed_as_all before truncate on bill_owed_as for each statement execute function never_changes();
create trigger correction_interest_stays before update or delete on correction_interest for each row execute function never_changes();
create trigger correction_interest_all before truncate on correction_interest for each statement execute function never_changes();
-- +both
