-- What customers agreed to pay in parts. Whether it is kept follows from what is past due.

create table plan (
    key text primary key,
    account_id bigint not null references account (id),
    agreed_on text not null,
    debt_cents bigint not null check (0 < debt_cents),
    through_bill_id bigint references bill (id),
    why text not null
);
create index plan_account on plan (account_id);

create table plan_part (
    key text not null references plan (key),
    nth bigint not null check (0 < nth),
    due_on text not null,
    amount_cents bigint not null check (0 < amount_cents),
    primary key (key, nth)
);

create table plan_end (
    key text primary key references plan (key),
    how text not null check (how in ('kept', 'broken', 'cancelled')),
    ended_on text not null,
    why text not null
);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger plan_stays before delete on plan begin select raise(abort, 'plan: never changes'); end;
create trigger plan_same before update on plan begin select raise(abort, 'plan: never changes'); end;
create trigger plan_once before insert on plan begin
    select raise(abort, 'UNIQUE constraint failed: plan.key') where exists (select 1 from plan where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: plan.rowid') where exists (select 1 from plan where rowid = new.rowid);
end;
create trigger plan_part_stays before delete on plan_part begin select raise(abort, 'plan_part: never changes'); end;
create trigger plan_part_same before update on plan_part begin select raise(abort, 'plan_part: never changes'); end;
create trigger plan_part_once before insert on plan_part begin
    select raise(abort, 'UNIQUE constraint failed: plan_part.key, plan_part.nth') where exists (select 1 from plan_part where key = new.key and nth = new.nth);
    select raise(abort, 'UNIQUE constraint failed: plan_part.rowid') where exists (select 1 from plan_part where rowid = new.rowid);
end;
create trigger plan_end_stays before delete on plan_end begin select raise(abort, 'plan_end: never changes'); end;
create trigger plan_end_same before update on plan_end begin select raise(abort, 'plan_end: never changes'); end;
create trigger plan_end_once before insert on plan_end begin
    select raise(abort, 'UNIQUE constraint failed: plan_end.key') where exists (select 1 from plan_end where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: plan_end.rowid') where exists (select 1 from plan_end where rowid = new.rowid);
end;
-- +postgres
create trigger plan_stays before update or delete on plan for each row execute function never_changes();
create trigger plan_all before truncate on plan for each statement execute function never_changes();
create trigger plan_part_stays before update or delete on plan_part for each row execute function never_changes();
create trigger plan_part_all before truncate on plan_part for each statement execute function never_changes();
create trigger plan_end_stays before update or delete on plan_end for each row execute function never_changes();
create trigger plan_end_all before truncate on plan_end for each statement execute function never_changes();
-- +both
