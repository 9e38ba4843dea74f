-- What is charged once and beside service, on bills of nothing else.

-- A text that says what may be charged, from a day on.
create table charge_kinds (
    from_on text primary key,
    text text not null
);

-- A bill of no service, such as one of what is charged once. Its key says of what it is: the same is
-- not billed twice. Bills of service are not compared with it, and corrections do not touch it.
create table bill_apart (
    bill_id bigint primary key references bill (id),
    key text not null unique,
    why text not null
);

create table once_line (
    bill_id bigint not null references bill (id),
    position bigint not null,
    gl text not null,
    kind text not null,
    label text not null,
    quantity_micro bigint,
    unit text,
    price_nano bigint,
    whole_cents bigint,
    share_nano bigint,
    code text not null,
    version_on text not null,
    rule_line bigint not null,
    rule_text text not null,
    amount_cents bigint not null,
    primary key (bill_id, position)
);

insert into role_permission (role, permission, limit_cents, four_eyes, from_at) values
    ('billing-analyst', 'bill-once', 50000, 1, 0),
    ('administrator', 'bill-once', null, 0, 0);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger charge_kinds_stays before delete on charge_kinds begin select raise(abort, 'charge_kinds: never changes'); end;
create trigger charge_kinds_same before update on charge_kinds begin select raise(abort, 'charge_kinds: never changes'); end;
create trigger charge_kinds_once before insert on charge_kinds begin
    select raise(abort, 'UNIQUE constraint failed: charge_kinds.from_on') where exists (select 1 from charge_kinds where from_on = new.from_on);
    select raise(abort, 'UNIQUE constraint failed: charge_kinds.rowid') where exists (select 1 from charge_kinds where rowid = new.rowid);
end;
create trigger once_bill_stays before delete on bill_apart begin select raise(abort, 'bill_apart: never changes'); end;
create trigger once_bill_same before update on bill_apart begin select raise(abort, 'bill_apart: never changes'); end;
create trigger once_bill_once before insert on bill_apart begin
    select raise(abort, 'UNIQUE constraint failed: bill_apart.bill_id') where exists (select 1 from bill_apart where bill_id = new.bill_id);
    select raise(abort, 'UNIQUE constraint failed: bill_apart.key') where exists (select 1 from bill_apart where key = new.key);
end;
create trigger once_line_stays before delete on once_line begin select raise(abort, 'once_line: never changes'); end;
create trigger once_line_same before update on once_line begin select raise(abort, 'once_line: never changes'); end;
create trigger once_line_once before insert on once_line begin
    select raise(abort, 'UNIQUE constraint failed: once_line.bill_id, once_line.position') where exists (select 1 from once_line where bill_id = new.bill_id and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: once_line.rowid') where exists (select 1 from once_line where rowid = new.rowid);
end;
-- +postgres
create trigger charge_kinds_stays before update or delete on charge_kinds for each row execute function never_changes();
create trigger charge_kinds_all before truncate on charge_kinds for each statement execute function never_changes();
create trigger once_bill_stays before update or delete on bill_apart for each row execute function never_changes();
create trigger once_bill_all before truncate on bill_apart for each statement execute function never_changes();
create trigger once_line_stays before update or delete on once_line for each row execute function never_changes();
create trigger once_line_all before truncate on once_line for each statement execute function never_changes();
-- +both
