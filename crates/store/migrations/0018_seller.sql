-- What an e-invoice says of the utility beside its bills.

-- What holds from a day on.
create table seller (
    from_on text primary key,
    country text not null,
    currency text not null,
    registration text,
    vat text
);

insert into role_permission (role, permission, limit_cents, four_eyes, from_at) values
    ('administrator', 'describe-seller', null, 0, 0);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger seller_stays before delete on seller begin select raise(abort, 'seller: never changes'); end;
create trigger seller_same before update on seller begin select raise(abort, 'seller: never changes'); end;
create trigger seller_once before insert on seller begin
    select raise(abort, 'UNIQUE constraint failed: seller.from_on') where exists (select 1 from seller where from_on = new.from_on);
    select raise(abort, 'UNIQUE constraint failed: seller.rowid') where exists (select 1 from seller where rowid = new.rowid);
end;
-- +postgres
create trigger seller_stays before update or delete on seller for each row execute function never_changes();
create trigger seller_all before truncate on seller for each statement execute function never_changes();
-- +both
