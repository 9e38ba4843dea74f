-- What is so of a household or was done for it, which lines about protection ask for, and the files that say
-- the weather of counties.

create table circumstance (
    key text primary key,
    account_id bigint not null references account (id),
    what text not null,
    from_on text not null,
    to_on text,
    evidence text not null,
    check (to_on is null or from_on < to_on)
);
create index circumstance_account on circumstance (account_id);
create table circumstance_end (
    key text primary key references circumstance (key),
    ended_on text not null,
    why text not null
);

-- Where the weather of a county on a day comes from, where a file said it.
create table weather_of_file (
    county text not null,
    on_day text not null,
    nth bigint not null,
    batch_id bigint not null references batch (id),
    said_by text not null,
    primary key (county, on_day, nth)
);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger circumstance_stays before delete on circumstance begin select raise(abort, 'circumstance: never changes'); end;
create trigger circumstance_same before update on circumstance begin select raise(abort, 'circumstance: never changes'); end;
create trigger circumstance_once before insert on circumstance begin
    select raise(abort, 'UNIQUE constraint failed: circumstance.key') where exists (select 1 from circumstance where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: circumstance.rowid') where exists (select 1 from circumstance where rowid = new.rowid);
end;
create trigger circumstance_end_stays before delete on circumstance_end begin select raise(abort, 'circumstance_end: never changes'); end;
create trigger circumstance_end_same before update on circumstance_end begin select raise(abort, 'circumstance_end: never changes'); end;
create trigger circumstance_end_once before insert on circumstance_end begin
    select raise(abort, 'UNIQUE constraint failed: circumstance_end.key') where exists (select 1 from circumstance_end where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: circumstance_end.rowid') where exists (select 1 from circumstance_end where rowid = new.rowid);
end;
create trigger weather_of_file_stays before delete on weather_of_file begin select raise(abort, 'weather_of_file: never changes'); end;
create trigger weather_of_file_same before update on weather_of_file begin select raise(abort, 'weather_of_file: never changes'); end;
create trigger weather_of_file_once before insert on weather_of_file begin
    select raise(abort, 'UNIQUE constraint failed: weather_of_file.county, weather_of_file.on_day, weather_of_file.nth') where exists (select 1 from weather_of_file where county = new.county and on_day = new.on_day and nth = new.nth);
    select raise(abort, 'UNIQUE constraint failed: weather_of_file.rowid') where exists (select 1 from weather_of_file where rowid = new.rowid);
end;
-- +postgres
create trigger circumstance_stays before update or delete on circumstance for each row execute function never_changes();
create trigger circumstance_all before truncate on circumstance for each statement execute function never_changes();
create trigger circumstance_end_stays before update or delete on circumstance_end for each row execute function never_changes();
create trigger circumstance_end_all before truncate on circumstance_end for each statement execute function never_changes();
create trigger weather_of_file_stays before update or delete on weather_of_file for each row execute function never_changes();
create trigger weather_of_file_all before truncate on weather_of_file for each statement execute function never_changes();
-- +both
