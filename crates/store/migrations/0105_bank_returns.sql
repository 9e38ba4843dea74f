-- What a bank took back of what had been paid in, by a statement, and which tender a person says came back by it.

create table bank_return (
    key text primary key,
    statement_id bigint not null references bank_statement (id),
    line bigint not null,
    account text not null,
    booked_on text not null,
    amount_cents bigint not null check (0 < amount_cents),
    said text not null
);
create index bank_return_statement on bank_return (statement_id);
-- The tender that came back, or none where it was no customer's; a tender comes back by one.
create table bank_return_end (
    key text primary key references bank_return (key),
    tender_id bigint unique references tender (id),
    ended_on text not null,
    why text not null
);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger bank_return_stays before delete on bank_return begin select raise(abort, 'bank_return: never changes'); end;
create trigger bank_return_same before update on bank_return begin select raise(abort, 'bank_return: never changes'); end;
create trigger bank_return_once before insert on bank_return begin
    select raise(abort, 'UNIQUE constraint failed: bank_return.key') where exists (select 1 from bank_return where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: bank_return.rowid') where exists (select 1 from bank_return where rowid = new.rowid);
end;
create trigger bank_return_end_stays before delete on bank_return_end begin select raise(abort, 'bank_return_end: never changes'); end;
create trigger bank_return_end_same before update on bank_return_end begin select raise(abort, 'bank_return_end: never changes'); end;
create trigger bank_return_end_once before insert on bank_return_end begin
    select raise(abort, 'UNIQUE constraint failed: bank_return_end.key') where exists (select 1 from bank_return_end where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: bank_return_end.tender_id') where exists (select 1 from bank_return_end where tender_id = new.tender_id);
    select raise(abort, 'UNIQUE constraint failed: bank_return_end.rowid') where exists (select 1 from bank_return_end where rowid = new.rowid);
end;
-- +postgres
create trigger bank_return_stays before update or delete on bank_return for each row execute function never_changes();
create trigger bank_return_all before truncate on bank_return for each statement execute function never_changes();
create trigger bank_return_end_stays before update or delete on bank_return_end for each row execute function never_changes();
create trigger bank_return_end_all before truncate on bank_return_end for each statement execute function never_changes();
-- +both
