-- Parts of plans that are taken by debit where the customer said so, each once: the key says so, whoever asks.

-- How the parts of a plan are paid, from a day on.
create table plan_pays (
    key text not null references plan (key),
    nth bigint not null check (0 < nth),
    pays text not null check (pays in ('by-hand', 'by-debit')),
    from_on text not null,
    why text not null,
    primary key (key, nth)
);

-- A debit takes a bill or a part of a plan.
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
    foreign key (plan_key, part) references plan_part (key, nth),
    check ((bill_id is null) = (plan_key is not null) and (plan_key is null) = (part is null)),
    unique (bill_id, mandate_id, nth),
    unique (plan_key, part, mandate_id, nth)
);
insert into debit_item_of select id, file_id, mandate_id, version, bill_id, null, null, nth, amount_cents, tender_id from debit_item order by id;
drop table debit_item;
alter table debit_item_of rename to debit_item;
create index debit_item_file on debit_item (file_id);
create index debit_item_mandate on debit_item (mandate_id);
create trigger debit_item_stays before delete on debit_item begin select raise(abort, 'debit_item: never changes'); end;
create trigger debit_item_same before update on debit_item begin select raise(abort, 'debit_item: never changes'); end;
create trigger debit_item_once before insert on debit_item begin
    select raise(abort, 'UNIQUE constraint failed: debit_item.id') where exists (select 1 from debit_item where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: debit_item.tender_id') where exists (select 1 from debit_item where tender_id = new.tender_id);
    select raise(abort, 'UNIQUE constraint failed: debit_item.bill_id, debit_item.mandate_id, debit_item.nth') where exists (select 1 from debit_item where bill_id = new.bill_id and mandate_id = new.mandate_id and nth = new.nth);
    select raise(abort, 'UNIQUE constraint failed: debit_item.plan_key, debit_item.part, debit_item.mandate_id, debit_item.nth') where exists (select 1 from debit_item where plan_key = new.plan_key and part = new.part and mandate_id = new.mandate_id and nth = new.nth);
end;
create trigger plan_pays_stays before delete on plan_pays begin select raise(abort, 'plan_pays: never changes'); end;
create trigger plan_pays_same before update on plan_pays begin select raise(abort, 'plan_pays: never changes'); end;
create trigger plan_pays_once before insert on plan_pays begin
    select raise(abort, 'UNIQUE constraint failed: plan_pays.key, plan_pays.nth') where exists (select 1 from plan_pays where key = new.key and nth = new.nth);
    select raise(abort, 'UNIQUE constraint failed: plan_pays.rowid') where exists (select 1 from plan_pays where rowid = new.rowid);
end;
-- +postgres
alter table debit_item alter column bill_id drop not null;
alter table debit_item add column plan_key text;
alter table debit_item add column part bigint;
alter table debit_item add constraint debit_item_part foreign key (plan_key, part) references plan_part (key, nth);
alter table debit_item add constraint debit_item_takes check ((bill_id is null) = (plan_key is not null) and (plan_key is null) = (part is null));
alter table debit_item add constraint debit_item_part_once unique (plan_key, part, mandate_id, nth);
create trigger plan_pays_stays before update or delete on plan_pays for each row execute function never_changes();
create trigger plan_pays_all before truncate on plan_pays for each statement execute function never_changes();
-- +both
