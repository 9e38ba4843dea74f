-- What a person says a credit at a bank is that nobody expected; and how files of agents are laid out.

create table bank_credit_end (
    key text primary key references bank_credit (key),
    how text not null check (how in ('deposits', 'tender', 'ours')),
    ended_on text not null,
    why text not null
);
-- The deposits that it is, by their keys, or the tender, as tender/7; each came in once.
create table bank_credit_match (
    matched text primary key,
    key text not null references bank_credit (key)
);
create index bank_credit_match_of on bank_credit_match (key);

create table payment_layout (
    name text not null,
    from_on text not null,
    text text not null,
    primary key (name, from_on)
);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger bank_credit_end_stays before delete on bank_credit_end begin select raise(abort, 'bank_credit_end: never changes'); end;
create trigger bank_credit_end_same before update on bank_credit_end begin select raise(abort, 'bank_credit_end: never changes'); end;
create trigger bank_credit_end_once before insert on bank_credit_end begin
    select raise(abort, 'UNIQUE constraint failed: bank_credit_end.key') where exists (select 1 from bank_credit_end where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: bank_credit_end.rowid') where exists (select 1 from bank_credit_end where rowid = new.rowid);
end;
create trigger bank_credit_match_stays before delete on bank_credit_match begin select raise(abort, 'bank_credit_match: never changes'); end;
create trigger bank_credit_match_same before update on bank_credit_match begin select raise(abort, 'bank_credit_match: never changes'); end;
create trigger bank_credit_match_once before insert on bank_credit_match begin
    select raise(abort, 'UNIQUE constraint failed: bank_credit_match.matched') where exists (select 1 from bank_credit_match where matched = new.matched);
    select raise(abort, 'UNIQUE constraint failed: bank_credit_match.rowid') where exists (select 1 from bank_credit_match where rowid = new.rowid);
end;
create trigger payment_layout_stays before delete on payment_layout begin select raise(abort, 'payment_layout: never changes'); end;
create trigger payment_layout_same before update on payment_layout begin select raise(abort, 'payment_layout: never changes'); end;
create trigger payment_layout_once before insert on payment_layout begin
    select raise(abort, 'UNIQUE constraint failed: payment_layout.name, payment_layout.from_on') where exists (select 1 from payment_layout where name = new.name and from_on = new.from_on);
    select raise(abort, 'UNIQUE constraint failed: payment_layout.rowid') where exists (select 1 from payment_layout where rowid = new.rowid);
end;
-- +postgres
create trigger bank_credit_end_stays before update or delete on bank_credit_end for each row execute function never_changes();
create trigger bank_credit_end_all before truncate on bank_credit_end for each statement execute function never_changes();
create trigger bank_credit_match_stays before update or delete on bank_credit_match for each row execute function never_changes();
create trigger bank_credit_match_all before truncate on bank_credit_match for each statement execute function never_changes();
create trigger payment_layout_stays before update or delete on payment_layout for each row execute function never_changes();
create trigger payment_layout_all before truncate on payment_layout for each statement execute function never_changes();
-- +both
