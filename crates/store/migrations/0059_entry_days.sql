-- The first entry of each day on which something was posted, where the utility is: closing a day takes
-- what is below the first one of a later day.

create table entry_day (
    on_day text primary key,
    first_entry bigint not null
);

-- +sqlite
create trigger entry_day_stays before delete on entry_day begin select raise(abort, 'entry_day: never changes'); end;
create trigger entry_day_same before update on entry_day begin select raise(abort, 'entry_day: never changes'); end;
create trigger entry_day_once before insert on entry_day begin
    select raise(abort, 'UNIQUE constraint failed: entry_day.on_day') where exists (select 1 from entry_day where on_day = new.on_day);
    select raise(abort, 'UNIQUE constraint failed: entry_day.rowid') where exists (select 1 from entry_day where rowid = new.rowid);
end;
-- +postgres
create trigger entry_day_stays before update or delete on entry_day for each row execute function never_changes();
create trigger entry_day_all before truncate on entry_day for each statement execute function never_changes();
-- +both
