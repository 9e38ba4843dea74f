-- Files of debits that a bank did not take as a whole, or that never went: their debits were taken of
-- nobody, and the same bills go into another file.

create table debit_call_off (
    file_id bigint primary key references debit_file (id),
    called_off_on text not null,
    why text not null
);

-- How often a debit was called off before it was made as it is.
-- +sqlite
create table debit_item_of (
    id bigint primary key,
    file_id bigint not null references debit_file (id),
    mandate_id bigint not null references mandate (id),
    version bigint not null,
    bill_id bigint references bill (id),
    plan_key text,
    part bigint,
    nth bigint not null check (nth between 1 and 3),
    amount_cents bigint not null check (0 < amount_cents),
    tender_id bigint not null unique references tender (id),
    round bigint not null check (0 <= round),
    foreign key (plan_key, part) references plan_part (key, nth),
    check ((bill_id is null) = (plan_key is not null) and (plan_key is null) = (part is null)),
    unique (bill_id, mandate_id, nth, round),
    unique (plan_key, part, mandate_id, nth, round)
);
insert into debit_item_of select id, file_id, mandate_id, version, bill_id, plan_key, part, nth, amount_cents, tender_id, 0 from debit_item order by id;
drop table debit_item;
alter table debit_item_of rename to debit_item;
create index debit_item_file on debit_item (file_id);
create index debit_item_mandate on debit_item (mandate_id);
create trigger debit_item_stays before delete on debit_item begin select raise(abort, 'debit_item: never changes'); end;
create trigger debit_item_same before update on debit_item begin select raise(abort, 'debit_item: never changes'); end;
create trigger debit_item_once before insert on debit_item begin
    select raise(abort, 'UNIQUE constraint failed: debit_item.id') where exists (select 1 from debit_item where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: debit_item.tender_id') where exists (select 1 from debit_item where tender_id = new.tender_id);
    select raise(abort, 'UNIQUE constraint failed: debit_item.bill_id, debit_item.mandate_id, debit_item.nth, debit_item.round') where exists (select 1 from debit_item where bill_id = new.bill_id and mandate_id = new.mandate_id and nth = new.nth and round = new.round);
    select raise(abort, 'UNIQUE constraint failed: debit_item.plan_key, debit_item.part, debit_item.mandate_id, debit_item.nth, debit_item.round') where exists (select 1 from debit_item where plan_key = new.plan_key and part = new.part and mandate_id = new.mandate_id and nth = new.nth and round = new.round);
end;
create trigger debit_call_off_stays before delete on debit_call_off begin select raise(abort, 'debit_call_off: never changes'); end;
create trigger debit_call_off_same before update on debit_call_off begin select raise(abort, 'debit_call_off: never changes'); end;
create trigger debit_call_off_once before insert on debit_call_off begin
    select raise(abort, 'UNIQUE constraint failed: debit_call_off.file_id') where exists (select 1 from debit_call_off where file_id = new.file_id);
end;
-- +postgres
alter table debit_item add column round bigint not null default 0 check (0 <= round);
alter table debit_item alter column round drop default;
alter table debit_item drop constraint debit_item_once;
alter table debit_item add constraint debit_item_once unique (bill_id, mandate_id, nth, round);
alter table debit_item drop constraint debit_item_part_once;
alter table debit_item add constraint debit_item_part_once unique (plan_key, part, mandate_id, nth, round);
create trigger debit_call_off_stays before update or delete on debit_call_off for each row execute function never_changes();
create trigger debit_call_off_all before truncate on debit_call_off for each statement execute function never_changes();
-- +both
