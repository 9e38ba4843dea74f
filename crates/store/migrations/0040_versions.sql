-- Versions of tariffs told otherwise for a day that has one, or put in for a day that bills were made of.
-- What was published stays as it is; of several for one day the newest telling holds, and before it the
-- one before.

create table tariff_told (
    id bigint primary key,
    telling_id bigint not null references telling (id),
    code text not null,
    from_on text not null,
    sha256 text not null,
    text text not null,
    unique (code, from_on, telling_id)
);

create view tariff_version as
select id, code, from_on, sha256, text, 0 as telling_id from tariff
union all
select id, code, from_on, sha256, text, telling_id from tariff_told;

-- +sqlite
create trigger tariff_told_stays before delete on tariff_told begin select raise(abort, 'tariff_told: never changes'); end;
create trigger tariff_told_same before update on tariff_told begin select raise(abort, 'tariff_told: never changes'); end;
create trigger tariff_told_once before insert on tariff_told begin
    select raise(abort, 'UNIQUE constraint failed: tariff_told.id') where exists (select 1 from tariff_told where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: tariff_told.code, tariff_told.from_on, tariff_told.telling_id') where exists (
        select 1 from tariff_told where code = new.code and from_on = new.from_on and telling_id = new.telling_id);
    select raise(abort, 'UNIQUE constraint failed: tariff_told.rowid') where exists (select 1 from tariff_told where rowid = new.rowid);
end;
-- +postgres
create trigger tariff_told_stays before update or delete on tariff_told for each row execute function never_changes();
create trigger tariff_told_all before truncate on tariff_told for each statement execute function never_changes();
-- +both
