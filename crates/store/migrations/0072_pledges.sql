-- What agencies promised to pay for accounts. Whether it came follows from payments. And more of a day than
-- rules let be done, let go by two; and late fees that are stopped.

create table pledge (
    key text primary key,
    account_id bigint not null references account (id),
    agency text not null,
    amount_cents bigint not null check (0 < amount_cents),
    from_on text not null,
    until_on text not null,
    lapses_on text not null,
    why text not null,
    check (from_on < until_on and until_on <= lapses_on)
);
create index pledge_account on pledge (account_id);
create table pledge_payment (
    payment_id bigint primary key references payment (id),
    key text not null references pledge (key)
);
create index pledge_payment_of on pledge_payment (key);
create table pledge_end (
    key text primary key references pledge (key),
    how text not null check (how in ('kept', 'lapsed', 'cancelled')),
    ended_on text not null,
    why text not null
);

create table let_go (
    what text not null,
    on_day text not null,
    many bigint not null check (0 < many),
    at bigint not null,
    primary key (what, on_day, many)
);
create table late_fee_switch (
    nth bigint primary key,
    stopped bigint not null check (stopped in (0, 1)),
    at bigint not null,
    why text not null
);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger pledge_stays before delete on pledge begin select raise(abort, 'pledge: never changes'); end;
create trigger pledge_same before update on pledge begin select raise(abort, 'pledge: never changes'); end;
create trigger pledge_once before insert on pledge begin
    select raise(abort, 'UNIQUE constraint failed: pledge.key') where exists (select 1 from pledge where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: pledge.rowid') where exists (select 1 from pledge where rowid = new.rowid);
end;
create trigger pledge_payment_stays before delete on pledge_payment begin select raise(abort, 'pledge_payment: never changes'); end;
create trigger pledge_payment_same before update on pledge_payment begin select raise(abort, 'pledge_payment: never changes'); end;
create trigger pledge_payment_once before insert on pledge_payment begin
    select raise(abort, 'UNIQUE constraint failed: pledge_payment.payment_id') where exists (select 1 from pledge_payment where payment_id = new.payment_id);
end;
create trigger pledge_end_stays before delete on pledge_end begin select raise(abort, 'pledge_end: never changes'); end;
create trigger pledge_end_same before update on pledge_end begin select raise(abort, 'pledge_end: never changes'); end;
create trigger pledge_end_once before insert on pledge_end begin
    select raise(abort, 'UNIQUE constraint failed: pledge_end.key') where exists (select 1 from pledge_end where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: pledge_end.rowid') where exists (select 1 from pledge_end where rowid = new.rowid);
end;
create trigger let_go_stays before delete on let_go begin select raise(abort, 'let_go: never changes'); end;
create trigger let_go_same before update on let_go begin select raise(abort, 'let_go: never changes'); end;
create trigger let_go_once before insert on let_go begin
    select raise(abort, 'UNIQUE constraint failed: let_go.what, let_go.on_day, let_go.many') where exists (select 1 from let_go where what = new.what and on_day = new.on_day and many = new.many);
    select raise(abort, 'UNIQUE constraint failed: let_go.rowid') where exists (select 1 from let_go where rowid = new.rowid);
end;
create trigger late_fee_switch_stays before delete on late_fee_switch begin select raise(abort, 'late_fee_switch: never changes'); end;
create trigger late_fee_switch_same before update on late_fee_switch begin select raise(abort, 'late_fee_switch: never changes'); end;
create trigger late_fee_switch_once before insert on late_fee_switch begin
    select raise(abort, 'UNIQUE constraint failed: late_fee_switch.nth') where exists (select 1 from late_fee_switch where nth = new.nth);
end;
-- +postgres
create trigger pledge_stays before update or delete on pledge for each row execute function never_changes();
create trigger pledge_all before truncate on pledge for each statement execute function never_changes();
create trigger pledge_payment_stays before update or delete on pledge_payment for each row execute function never_changes();
create trigger pledge_payment_all before truncate on pledge_payment for each statement execute function never_changes();
create trigger pledge_end_stays before update or delete on pledge_end for each row execute function never_changes();
create trigger pledge_end_all before truncate on pledge_end for each statement execute function never_changes();
create trigger let_go_stays before update or delete on let_go for each row execute function never_changes();
create trigger let_go_all before truncate on let_go for each statement execute function never_changes();
create trigger late_fee_switch_stays before update or delete on late_fee_switch for each row execute function never_changes();
create trigger late_fee_switch_all before truncate on late_fee_switch for each statement execute function never_changes();
-- +both
