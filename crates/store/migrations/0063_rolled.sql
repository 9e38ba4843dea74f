-- What of an account another one pays: in one place, so that nobody asks for it twice.

-- Which account says that another one sums it up, and on which days.
create view summed_up as
select d.account_id, m.id as by_account_id, d.from_on, d.to_on
from account_detail d
join account m on m.number = case
    when d.kind = 'summary' then cast(replace(d.value, '-', '') as bigint) end
where d.kind = 'summary';

-- Bills whose paper says that another account pays them: their account was summed up on the day on them by
-- one to which that is rolled up.
create view bill_rolled as
select b.id as bill_id, b.account_id, s.by_account_id
from bill b
join summed_up s on s.account_id = b.account_id
  and s.from_on <= b.billed_on and (s.to_on is null or b.billed_on < s.to_on)
join account_detail r on r.account_id = s.by_account_id and r.kind = 'sums' and r.value = 'roll-up'
  and r.from_on <= b.billed_on and (r.to_on is null or b.billed_on < r.to_on)
where not exists (select 1 from bill_summed u where u.bill_id = b.id);

-- Those of them that stand and that no summary bill has moved yet. They are nobody's debt that is due.
create view bill_waiting as
select b.id as bill_id, b.account_id, r.by_account_id, b.total_cents
from bill_rolled r join standing_bill b on b.id = r.bill_id
where not exists (
    select 1 from bill_summed u
    where u.summed_bill_id = b.id
      and not exists (select 1 from bill_cancelled c where c.bill_id = u.bill_id));
