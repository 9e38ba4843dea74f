-- What was not asked for of security because somebody stood in for it: asked for again once they do so no more.

create table guarantee_less (
    key text not null references guarantee (key),
    nth bigint not null,
    amount_cents bigint not null check (0 < amount_cents),
    from_on text not null,
    primary key (key, nth)
);
-- Of guarantees that are there: what each took off what was to come, on the day on which it began.
insert into guarantee_less (key, nth, amount_cents, from_on)
select g.key, row_number() over (partition by g.key order by a.from_on, a.key),
       a.amount_cents - coalesce(r.amount_cents, 0), a.from_on
from guarantee g
join asked_charge a on a.account_id = g.account_id and a.kind = 'deposit'
join asked_charge_end e on e.key = a.key and e.ended_on = g.from_on and e.why = 'somebody stands in for it'
left join asked_charge r on r.key = a.key || '/less';

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger guarantee_less_stays before delete on guarantee_less begin select raise(abort, 'guarantee_less: never changes'); end;
create trigger guarantee_less_same before update on guarantee_less begin select raise(abort, 'guarantee_less: never changes'); end;
create trigger guarantee_less_once before insert on guarantee_less begin
    select raise(abort, 'UNIQUE constraint failed: guarantee_less.key, guarantee_less.nth') where exists (select 1 from guarantee_less where key = new.key and nth = new.nth);
    select raise(abort, 'UNIQUE constraint failed: guarantee_less.rowid') where exists (select 1 from guarantee_less where rowid = new.rowid);
end;
-- +postgres
create trigger guarantee_less_stays before update or delete on guarantee_less for each row execute function never_changes();
create trigger guarantee_less_all before truncate on guarantee_less for each statement execute function never_changes();
-- +both
