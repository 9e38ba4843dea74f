-- What comes from banks: cheques that a lockbox opened, statements, and what of them is what was expected;
-- and money that is nobody's yet, parted among several or given back.

-- +sqlite
create table suspense_end_of (
    suspense_id bigint primary key references suspense (id),
    how text not null check (how in ('matched', 'returned', 'parted', 'refunded')),
    ended_on text not null,
    payment_id bigint unique references payment (id),
    why text not null,
    check ((how = 'matched') = (payment_id is not null))
);
insert into suspense_end_of select suspense_id, how, ended_on, payment_id, why from suspense_end order by suspense_id;
drop table suspense_end;
alter table suspense_end_of rename to suspense_end;
create trigger suspense_end_stays before delete on suspense_end begin select raise(abort, 'suspense_end: never changes'); end;
create trigger suspense_end_same before update on suspense_end begin select raise(abort, 'suspense_end: never changes'); end;
create trigger suspense_end_once before insert on suspense_end begin
    select raise(abort, 'UNIQUE constraint failed: suspense_end.suspense_id') where exists (select 1 from suspense_end where suspense_id = new.suspense_id);
    select raise(abort, 'UNIQUE constraint failed: suspense_end.payment_id') where exists (select 1 from suspense_end where payment_id = new.payment_id);
end;
-- +postgres
alter table suspense_end drop constraint suspense_end_how_check;
alter table suspense_end add constraint suspense_end_how_check check (how in ('matched', 'returned', 'parted', 'refunded'));
-- +both

-- What was parted became these, each of the same tender.
create table suspense_part (
    suspense_id bigint primary key references suspense (id),
    of_id bigint not null references suspense (id)
);
create index suspense_part_of on suspense_part (of_id);

-- Where in its records a bank writes what, from a day on.
create table lockbox_layout (
    from_on text primary key,
    text text not null
);
-- What a file of a lockbox says of itself, and how much of it had come before.
create table lockbox_file (
    batch_id bigint primary key references payment_batch (id),
    items bigint not null,
    total_cents bigint not null,
    already bigint not null,
    already_cents bigint not null
);
-- A cheque that a lockbox opened. It is posted once: by its place in the bank's deposit, and by the numbers
-- that are printed on it, whatever file it comes in.
create table lockbox_item (
    tender_id bigint primary key references tender (id),
    batch_id bigint not null references payment_batch (id),
    lockbox text not null,
    deposited_on text not null,
    place text not null unique,
    cheque text unique
);
create index lockbox_item_batch on lockbox_item (batch_id);

-- A statement of an account at a bank. What is alike in two of them is the hash of amounts and references.
create table bank_statement (
    id bigint primary key,
    name text not null,
    sha256 text not null unique,
    alike text not null,
    format text not null,
    taken_at bigint not null,
    batch_id bigint unique references payment_batch (id)
);
-- What it says came in, once, and what that is: a deposit that was expected, a payment or money that is
-- nobody's yet by its tender, or neither.
create table bank_credit (
    key text primary key,
    statement_id bigint not null references bank_statement (id),
    line bigint not null,
    account text not null,
    booked_on text not null,
    amount_cents bigint not null check (0 < amount_cents),
    said text not null,
    alike text not null,
    deposit text unique,
    tender_id bigint references tender (id),
    check (deposit is null or tender_id is null)
);
create index bank_credit_alike on bank_credit (alike);
create index bank_credit_statement on bank_credit (statement_id);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger suspense_part_stays before delete on suspense_part begin select raise(abort, 'suspense_part: never changes'); end;
create trigger suspense_part_same before update on suspense_part begin select raise(abort, 'suspense_part: never changes'); end;
create trigger suspense_part_once before insert on suspense_part begin
    select raise(abort, 'UNIQUE constraint failed: suspense_part.suspense_id') where exists (select 1 from suspense_part where suspense_id = new.suspense_id);
end;
create trigger lockbox_layout_stays before delete on lockbox_layout begin select raise(abort, 'lockbox_layout: never changes'); end;
create trigger lockbox_layout_same before update on lockbox_layout begin select raise(abort, 'lockbox_layout: never changes'); end;
create trigger lockbox_layout_once before insert on lockbox_layout begin
    select raise(abort, 'UNIQUE constraint failed: lockbox_layout.from_on') where exists (select 1 from lockbox_layout where from_on = new.from_on);
    select raise(abort, 'UNIQUE constraint failed: lockbox_layout.rowid') where exists (select 1 from lockbox_layout where rowid = new.rowid);
end;
create trigger lockbox_file_stays before delete on lockbox_file begin select raise(abort, 'lockbox_file: never changes'); end;
create trigger lockbox_file_same before update on lockbox_file begin select raise(abort, 'lockbox_file: never changes'); end;
create trigger lockbox_file_once before insert on lockbox_file begin
    select raise(abort, 'UNIQUE constraint failed: lockbox_file.batch_id') where exists (select 1 from lockbox_file where batch_id = new.batch_id);
end;
create trigger lockbox_item_stays before delete on lockbox_item begin select raise(abort, 'lockbox_item: never changes'); end;
create trigger lockbox_item_same before update on lockbox_item begin select raise(abort, 'lockbox_item: never changes'); end;
create trigger lockbox_item_once before insert on lockbox_item begin
    select raise(abort, 'UNIQUE constraint failed: lockbox_item.tender_id') where exists (select 1 from lockbox_item where tender_id = new.tender_id);
    select raise(abort, 'UNIQUE constraint failed: lockbox_item.place') where exists (select 1 from lockbox_item where place = new.place);
    select raise(abort, 'UNIQUE constraint failed: lockbox_item.cheque') where exists (select 1 from lockbox_item where cheque = new.cheque);
end;
create trigger bank_statement_stays before delete on bank_statement begin select raise(abort, 'bank_statement: never changes'); end;
create trigger bank_statement_same before update on bank_statement begin select raise(abort, 'bank_statement: never changes'); end;
create trigger bank_statement_once before insert on bank_statement begin
    select raise(abort, 'UNIQUE constraint failed: bank_statement.id') where exists (select 1 from bank_statement where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: bank_statement.sha256') where exists (select 1 from bank_statement where sha256 = new.sha256);
    select raise(abort, 'UNIQUE constraint failed: bank_statement.batch_id') where exists (select 1 from bank_statement where batch_id = new.batch_id);
end;
create trigger bank_credit_stays before delete on bank_credit begin select raise(abort, 'bank_credit: never changes'); end;
create trigger bank_credit_same before update on bank_credit begin select raise(abort, 'bank_credit: never changes'); end;
create trigger bank_credit_once before insert on bank_credit begin
    select raise(abort, 'UNIQUE constraint failed: bank_credit.key') where exists (select 1 from bank_credit where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: bank_credit.deposit') where exists (select 1 from bank_credit where deposit = new.deposit);
    select raise(abort, 'UNIQUE constraint failed: bank_credit.rowid') where exists (select 1 from bank_credit where rowid = new.rowid);
end;
-- +postgres
create trigger suspense_part_stays before update or delete on suspense_part for each row execute function never_changes();
create trigger suspense_part_all before truncate on suspense_part for each statement execute function never_changes();
create trigger lockbox_layout_stays before update or delete on lockbox_layout for each row execute function never_changes();
create trigger lockbox_layout_all before truncate on lockbox_layout for each statement execute function never_changes();
create trigger lockbox_file_stays before update or delete on lockbox_file for each row execute function never_changes();
create trigger lockbox_file_all before truncate on lockbox_file for each statement execute function never_changes();
create trigger lockbox_item_stays before update or delete on lockbox_item for each row execute function never_changes();
create trigger lockbox_item_all before truncate on lockbox_item for each statement execute function never_changes();
create trigger bank_statement_stays before update or delete on bank_statement for each row execute function never_changes();
create trigger bank_statement_all before truncate on bank_statement for each statement execute function never_changes();
create trigger bank_credit_stays before update or delete on bank_credit for each row execute function never_changes();
create trigger bank_credit_all before truncate on bank_credit for each statement execute function never_changes();
-- +both
