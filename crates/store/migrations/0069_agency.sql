-- Debts that an agency has: each file says which it gets and which it is to leave alone again, as it was
-- written.

create table agency_file (
    id bigint primary key,
    made_on text not null,
    made_at bigint not null,
    items bigint not null check (0 < items),
    placed_cents bigint not null,
    recalled_cents bigint not null,
    sha256 text not null
);
create table agency_item (
    file_id bigint not null references agency_file (id),
    nth bigint not null check (0 < nth),
    account_id bigint not null references account (id),
    what text not null check (what in ('place', 'recall')),
    amount_cents bigint not null,
    oldest_on text not null,
    name text not null,
    address text not null,
    phone text not null,
    why text not null,
    primary key (file_id, nth),
    unique (file_id, account_id)
);
create index agency_item_account on agency_item (account_id);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger agency_file_stays before delete on agency_file begin select raise(abort, 'agency_file: never changes'); end;
create trigger agency_file_same before update on agency_file begin select raise(abort, 'agency_file: never changes'); end;
create trigger agency_file_once before insert on agency_file begin
    select raise(abort, 'UNIQUE constraint failed: agency_file.id') where exists (select 1 from agency_file where id = new.id);
end;
create trigger agency_item_stays before delete on agency_item begin select raise(abort, 'agency_item: never changes'); end;
create trigger agency_item_same before update on agency_item begin select raise(abort, 'agency_item: never changes'); end;
create trigger agency_item_once before insert on agency_item begin
    select raise(abort, 'UNIQUE constraint failed: agency_item.file_id, agency_item.nth') where exists (select 1 from agency_item where file_id = new.file_id and nth = new.nth);
    select raise(abort, 'UNIQUE constraint failed: agency_item.file_id, agency_item.account_id') where exists (select 1 from agency_item where file_id = new.file_id and account_id = new.account_id);
    select raise(abort, 'UNIQUE constraint failed: agency_item.rowid') where exists (select 1 from agency_item where rowid = new.rowid);
end;
-- +postgres
create trigger agency_file_stays before update or delete on agency_file for each row execute function never_changes();
create trigger agency_file_all before truncate on agency_file for each statement execute function never_changes();
create trigger agency_item_stays before update or delete on agency_item for each row execute function never_changes();
create trigger agency_item_all before truncate on agency_item for each statement execute function never_changes();
-- +both
