-- The level of a levelling as somebody said it anew, after so many bills of it.

create table budget_level (
    key text not null references budget (key),
    nth bigint not null check (0 < nth),
    after_bills bigint not null check (0 <= after_bills),
    said_on text not null,
    level_cents bigint not null check (0 < level_cents),
    why text not null,
    primary key (key, nth)
);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger budget_level_stays before delete on budget_level begin select raise(abort, 'budget_level: never changes'); end;
create trigger budget_level_same before update on budget_level begin select raise(abort, 'budget_level: never changes'); end;
create trigger budget_level_once before insert on budget_level begin
    select raise(abort, 'UNIQUE constraint failed: budget_level.key, budget_level.nth') where exists (select 1 from budget_level where key = new.key and nth = new.nth);
    select raise(abort, 'UNIQUE constraint failed: budget_level.rowid') where exists (select 1 from budget_level where rowid = new.rowid);
end;
-- +postgres
create trigger budget_level_stays before update or delete on budget_level for each row execute function never_changes();
create trigger budget_level_all before truncate on budget_level for each statement execute function never_changes();
-- +both
