-- Security deposits: what is asked for and in which parts, who stands in for it, and what it earned. What
-- is held follows from charges and payments; no column says it.

-- Rules of credit, each a text from a day on.
create table credit_rules (
    noun text not null,
    from_on text not null,
    text text not null,
    primary key (noun, from_on)
);

-- Charges of other kinds than moves ask for: which there are is said in one place, the program.
-- +sqlite
create table charge_of (
    key text primary key,
    kind text not null,
    account_id bigint not null references account (id),
    amount_cents bigint not null check (amount_cents <> 0),
    charged_on text not null,
    move_id bigint references move (id),
    label text not null,
    bill_id bigint references bill (id)
);
insert into charge_of select key, kind, account_id, amount_cents, charged_on, move_id, label, bill_id from charge order by rowid;
drop table charge;
alter table charge_of rename to charge;
create index charge_account on charge (account_id);
create index charge_move on charge (move_id);
create trigger charge_stays before delete on charge begin select raise(abort, 'charge: never changes'); end;
create trigger charge_same before update on charge begin select raise(abort, 'charge: never changes'); end;
create trigger charge_once before insert on charge begin
    select raise(abort, 'UNIQUE constraint failed: charge.key') where exists (select 1 from charge where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: charge.rowid') where exists (select 1 from charge where rowid = new.rowid);
end;
-- +postgres
alter table charge drop constraint charge_kind_check;
-- +both

-- What is to be charged with the first bill dated on a day or later, once, unless it is forgotten before.
create table asked_charge (
    key text primary key,
    kind text not null,
    account_id bigint not null references account (id),
    amount_cents bigint not null check (amount_cents <> 0),
    from_on text not null,
    label text not null,
    why text not null
);
create index asked_charge_account on asked_charge (account_id);
create table asked_charge_end (
    key text primary key references asked_charge (key),
    ended_on text not null,
    why text not null
);

create table deposit_asked (
    key text primary key,
    account_id bigint not null references account (id),
    credit text not null,
    amount_cents bigint not null check (0 < amount_cents),
    parts bigint not null check (0 < parts),
    asked_on text not null,
    why text not null
);
create index deposit_asked_account on deposit_asked (account_id);

-- Who pays what an account owes where it does not, up to so much.
create table guarantee (
    key text primary key,
    account_id bigint not null references account (id),
    by_account_id bigint not null references account (id),
    most_cents bigint not null check (0 < most_cents),
    from_on text not null,
    why text not null,
    check (account_id <> by_account_id)
);
create index guarantee_account on guarantee (account_id);
create table guarantee_end (
    key text primary key references guarantee (key),
    ended_on text not null,
    why text not null
);

-- What security earned through a day; below zero where a payment came back.
create table deposit_interest (
    account_id bigint not null references account (id),
    nth bigint not null,
    through_on text not null,
    amount_cents bigint not null check (amount_cents <> 0),
    primary key (account_id, nth)
);

insert into role_permission (role, permission, limit_cents, four_eyes, from_at) values
    ('clerk', 'keep-credit', null, 0, 0),
    ('clerk', 'waive-fees', 2500, 1, 0),
    ('collector', 'keep-credit', null, 0, 0),
    ('collector', 'waive-fees', 5000, 1, 0),
    ('collector', 'write-off', 5000, 1, 0),
    ('collector', 'run-collections', null, 0, 0),
    ('accountant', 'write-off', 100000, 1, 0),
    ('administrator', 'keep-credit', null, 0, 0),
    ('administrator', 'waive-fees', 50000, 1, 0),
    ('administrator', 'write-off', 500000, 1, 0),
    ('administrator', 'set-credit-rules', null, 0, 0),
    ('administrator', 'run-collections', null, 0, 0);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger credit_rules_stays before delete on credit_rules begin select raise(abort, 'credit_rules: never changes'); end;
create trigger credit_rules_same before update on credit_rules begin select raise(abort, 'credit_rules: never changes'); end;
create trigger credit_rules_once before insert on credit_rules begin
    select raise(abort, 'UNIQUE constraint failed: credit_rules.noun, credit_rules.from_on') where exists (select 1 from credit_rules where noun = new.noun and from_on = new.from_on);
    select raise(abort, 'UNIQUE constraint failed: credit_rules.rowid') where exists (select 1 from credit_rules where rowid = new.rowid);
end;
create trigger asked_charge_stays before delete on asked_charge begin select raise(abort, 'asked_charge: never changes'); end;
create trigger asked_charge_same before update on asked_charge begin select raise(abort, 'asked_charge: never changes'); end;
create trigger asked_charge_once before insert on asked_charge begin
    select raise(abort, 'UNIQUE constraint failed: asked_charge.key') where exists (select 1 from asked_charge where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: asked_charge.rowid') where exists (select 1 from asked_charge where rowid = new.rowid);
end;
create trigger asked_charge_end_stays before delete on asked_charge_end begin select raise(abort, 'asked_charge_end: never changes'); end;
create trigger asked_charge_end_same before update on asked_charge_end begin select raise(abort, 'asked_charge_end: never changes'); end;
create trigger asked_charge_end_once before insert on asked_charge_end begin
    select raise(abort, 'UNIQUE constraint failed: asked_charge_end.key') where exists (select 1 from asked_charge_end where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: asked_charge_end.rowid') where exists (select 1 from asked_charge_end where rowid = new.rowid);
end;
create trigger deposit_asked_stays before delete on deposit_asked begin select raise(abort, 'deposit_asked: never changes'); end;
create trigger deposit_asked_same before update on deposit_asked begin select raise(abort, 'deposit_asked: never changes'); end;
create trigger deposit_asked_once before insert on deposit_asked begin
    select raise(abort, 'UNIQUE constraint failed: deposit_asked.key') where exists (select 1 from deposit_asked where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: deposit_asked.rowid') where exists (select 1 from deposit_asked where rowid = new.rowid);
end;
create trigger guarantee_stays before delete on guarantee begin select raise(abort, 'guarantee: never changes'); end;
create trigger guarantee_same before update on guarantee begin select raise(abort, 'guarantee: never changes'); end;
create trigger guarantee_once before insert on guarantee begin
    select raise(abort, 'UNIQUE constraint failed: guarantee.key') where exists (select 1 from guarantee where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: guarantee.rowid') where exists (select 1 from guarantee where rowid = new.rowid);
end;
create trigger guarantee_end_stays before delete on guarantee_end begin select raise(abort, 'guarantee_end: never changes'); end;
create trigger guarantee_end_same before update on guarantee_end begin select raise(abort, 'guarantee_end: never changes'); end;
create trigger guarantee_end_once before insert on guarantee_end begin
    select raise(abort, 'UNIQUE constraint failed: guarantee_end.key') where exists (select 1 from guarantee_end where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: guarantee_end.rowid') where exists (select 1 from guarantee_end where rowid = new.rowid);
end;
create trigger deposit_interest_stays before delete on deposit_interest begin select raise(abort, 'deposit_interest: never changes'); end;
create trigger deposit_interest_same before update on deposit_interest begin select raise(abort, 'deposit_interest: never changes'); end;
create trigger deposit_interest_once before insert on deposit_interest begin
    select raise(abort, 'UNIQUE constraint failed: deposit_interest.account_id, deposit_interest.nth') where exists (select 1 from deposit_interest where account_id = new.account_id and nth = new.nth);
    select raise(abort, 'UNIQUE constraint failed: deposit_interest.rowid') where exists (select 1 from deposit_interest where rowid = new.rowid);
end;
-- +postgres
create trigger credit_rules_stays before update or delete on credit_rules for each row execute function never_changes();
create trigger credit_rules_all before truncate on credit_rules for each statement execute function never_changes();
create trigger asked_charge_stays before update or delete on asked_charge for each row execute function never_changes();
create trigger asked_charge_all before truncate on asked_charge for each statement execute function never_changes();
create trigger asked_charge_end_stays before update or delete on asked_charge_end for each row execute function never_changes();
create trigger asked_charge_end_all before truncate on asked_charge_end for each statement execute function never_changes();
create trigger deposit_asked_stays before update or delete on deposit_asked for each row execute function never_changes();
create trigger deposit_asked_all before truncate on deposit_asked for each statement execute function never_changes();
create trigger guarantee_stays before update or delete on guarantee for each row execute function never_changes();
create trigger guarantee_all before truncate on guarantee for each statement execute function never_changes();
create trigger guarantee_end_stays before update or delete on guarantee_end for each row execute function never_changes();
create trigger guarantee_end_all before truncate on guarantee_end for each statement execute function never_changes();
create trigger deposit_interest_stays before update or delete on deposit_interest for each row execute function never_changes();
create trigger deposit_interest_all before truncate on deposit_interest for each statement execute function never_changes();
-- +both
