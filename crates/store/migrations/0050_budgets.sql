-- Levelled bills: what is asked for in place of each bill. What bills came to beyond it is the sum of the
-- charges that made the difference.

create table budget (
    key text primary key,
    account_id bigint not null references account (id),
    from_on text not null,
    level_cents bigint not null check (0 <= level_cents),
    why text not null
);
create index budget_account on budget (account_id);

create table budget_end (
    key text primary key references budget (key),
    ended_on text not null,
    why text not null
);

create table budget_bill (
    bill_id bigint primary key references bill (id),
    key text not null references budget (key),
    how text not null check (how in ('levelled', 'true-up', 'settled')),
    actual_cents bigint not null,
    asked_cents bigint not null,
    next_cents bigint not null
);
create index budget_bill_key on budget_bill (key);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger budget_stays before delete on budget begin select raise(abort, 'budget: never changes'); end;
create trigger budget_same before update on budget begin select raise(abort, 'budget: never changes'); end;
create trigger budget_once before insert on budget begin
    select raise(abort, 'UNIQUE constraint failed: budget.key') where exists (select 1 from budget where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: budget.rowid') where exists (select 1 from budget where rowid = new.rowid);
end;
create trigger budget_end_stays before delete on budget_end begin select raise(abort, 'budget_end: never changes'); end;
create trigger budget_end_same before update on budget_end begin select raise(abort, 'budget_end: never changes'); end;
create trigger budget_end_once before insert on budget_end begin
    select raise(abort, 'UNIQUE constraint failed: budget_end.key') where exists (select 1 from budget_end where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: budget_end.rowid') where exists (select 1 from budget_end where rowid = new.rowid);
end;
create trigger budget_bill_stays before delete on budget_bill begin select raise(abort, 'budget_bill: never changes'); end;
create trigger budget_bill_same before update on budget_bill begin select raise(abort, 'budget_bill: never changes'); end;
create trigger budget_bill_once before insert on budget_bill begin
    select raise(abort, 'UNIQUE constraint failed: budget_bill.bill_id') where exists (select 1 from budget_bill where bill_id = new.bill_id);
    select raise(abort, 'UNIQUE constraint failed: budget_bill.rowid') where exists (select 1 from budget_bill where rowid = new.rowid);
end;
-- +postgres
create trigger budget_stays before update or delete on budget for each row execute function never_changes();
create trigger budget_all before truncate on budget for each statement execute function never_changes();
create trigger budget_end_stays before update or delete on budget_end for each row execute function never_changes();
create trigger budget_end_all before truncate on budget_end for each statement execute function never_changes();
create trigger budget_bill_stays before update or delete on budget_bill for each row execute function never_changes();
create trigger budget_bill_all before truncate on budget_bill for each statement execute function never_changes();
-- +both
