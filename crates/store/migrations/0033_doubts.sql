-- Which bills wait for a clerk although they can be priced: rules that hold from a day on.

create table bill_doubts (
    from_on text primary key,
    text text not null
);

-- +sqlite
create trigger bill_doubts_stays before delete on bill_doubts begin select raise(abort, 'bill_doubts: never changes'); end;
create trigger bill_doubts_same before update on bill_doubts begin select raise(abort, 'bill_doubts: never changes'); end;
create trigger bill_doubts_once before insert on bill_doubts begin
    select raise(abort, 'UNIQUE constraint failed: bill_doubts.from_on') where exists (select 1 from bill_doubts where from_on = new.from_on);
    select raise(abort, 'UNIQUE constraint failed: bill_doubts.rowid') where exists (select 1 from bill_doubts where rowid = new.rowid);
end;
-- +postgres
create trigger bill_doubts_stays before update or delete on bill_doubts for each row execute function never_changes();
create trigger bill_doubts_all before truncate on bill_doubts for each statement execute function never_changes();
-- +both
