-- Debits: what was taken of which bill by which mandate, in which file for the bank. A bill is taken by a
-- mandate once: the key says so, whoever asks.

create table debit_policy (
    from_on text primary key,
    text text not null
);

create table debit_file (
    id bigint primary key,
    format text not null check (format in ('nacha', 'pain.008')),
    settle_on text not null,
    made_at bigint not null,
    items bigint not null check (0 < items),
    total_cents bigint not null check (0 < total_cents)
);

create table debit_item (
    id bigint primary key,
    file_id bigint not null references debit_file (id),
    mandate_id bigint not null references mandate (id),
    version bigint not null,
    bill_id bigint not null references bill (id),
    amount_cents bigint not null check (0 < amount_cents),
    tender_id bigint not null unique references tender (id),
    unique (bill_id, mandate_id)
);
create index debit_item_file on debit_item (file_id);
create index debit_item_mandate on debit_item (mandate_id);

-- What was written of a file: made again, it is the same.
create table debit_written (
    file_id bigint primary key references debit_file (id),
    sha256 text not null unique
);

insert into role_permission (role, permission, limit_cents, four_eyes, from_at) values
    ('accountant', 'make-debits', 1000000, 1, 0),
    ('administrator', 'make-debits', 100000000, 1, 0);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger debit_policy_stays before delete on debit_policy begin select raise(abort, 'debit_policy: never changes'); end;
create trigger debit_policy_same before update on debit_policy begin select raise(abort, 'debit_policy: never changes'); end;
create trigger debit_policy_once before insert on debit_policy begin
    select raise(abort, 'UNIQUE constraint failed: debit_policy.from_on') where exists (select 1 from debit_policy where from_on = new.from_on);
    select raise(abort, 'UNIQUE constraint failed: debit_policy.rowid') where exists (select 1 from debit_policy where rowid = new.rowid);
end;
create trigger debit_file_stays before delete on debit_file begin select raise(abort, 'debit_file: never changes'); end;
create trigger debit_file_same before update on debit_file begin select raise(abort, 'debit_file: never changes'); end;
create trigger debit_file_once before insert on debit_file begin
    select raise(abort, 'UNIQUE constraint failed: debit_file.id') where exists (select 1 from debit_file where id = new.id);
end;
create trigger debit_item_stays before delete on debit_item begin select raise(abort, 'debit_item: never changes'); end;
create trigger debit_item_same before update on debit_item begin select raise(abort, 'debit_item: never changes'); end;
create trigger debit_item_once before insert on debit_item begin
    select raise(abort, 'UNIQUE constraint failed: debit_item.id') where exists (select 1 from debit_item where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: debit_item.tender_id') where exists (select 1 from debit_item where tender_id = new.tender_id);
    select raise(abort, 'UNIQUE constraint failed: debit_item.bill_id, debit_item.mandate_id') where exists (select 1 from debit_item where bill_id = new.bill_id and mandate_id = new.mandate_id);
end;
create trigger debit_written_stays before delete on debit_written begin select raise(abort, 'debit_written: never changes'); end;
create trigger debit_written_same before update on debit_written begin select raise(abort, 'debit_written: never changes'); end;
create trigger debit_written_once before insert on debit_written begin
    select raise(abort, 'UNIQUE constraint failed: debit_written.file_id') where exists (select 1 from debit_written where file_id = new.file_id);
    select raise(abort, 'UNIQUE constraint failed: debit_written.sha256') where exists (select 1 from debit_written where sha256 = new.sha256);
end;
-- +postgres
create trigger debit_policy_stays before update or delete on debit_policy for each row execute function never_changes();
create trigger debit_policy_all before truncate on debit_policy for each statement execute function never_changes();
create trigger debit_file_stays before update or delete on debit_file for each row execute function never_changes();
create trigger debit_file_all before truncate on debit_file for each statement execute function never_changes();
create trigger debit_item_stays before update or delete on debit_item for each row execute function never_changes();
create trigger debit_item_all before truncate on debit_item for each statement execute function never_changes();
create trigger debit_written_stays before update or delete on debit_written for each row execute function never_changes();
create trigger debit_written_all before truncate on debit_written for each statement execute function never_changes();
-- +both
