-- Collections: what was granted to accounts and counties, the weather, cases with their steps, and what is
-- stopped. What is past due follows from entries; no column says it but as it was when a step was taken.

create table protection (
    key text primary key,
    shield text not null,
    account_id bigint references account (id),
    county text,
    nth bigint not null check (0 < nth),
    from_on text not null,
    to_on text not null,
    evidence text not null,
    check (from_on < to_on and (account_id is null) <> (county is null))
);
create index protection_account on protection (account_id);
create table protection_end (
    key text primary key references protection (key),
    ended_on text not null,
    why text not null
);

-- The weather of a county on a day, the newest of what was said of it.
create table weather_day (
    county text not null,
    on_day text not null,
    nth bigint not null,
    low_f bigint not null,
    high_f bigint not null,
    alert bigint not null check (alert in (0, 1)),
    primary key (county, on_day, nth)
);

create table collection_case (
    key text primary key,
    account_id bigint not null references account (id),
    opened_on text not null,
    oldest_on text not null,
    past_due_cents bigint not null,
    -- The step after which it goes on, where the debt was there before.
    after_step bigint not null check (0 <= after_step)
);
create index collection_case_account on collection_case (account_id);
create table collection_end (
    key text primary key references collection_case (key),
    ended_on text not null,
    why text not null
);
create table collection_step (
    key text not null references collection_case (key),
    nth bigint not null check (0 < nth),
    step text not null,
    taken_on text not null,
    past_due_cents bigint not null,
    primary key (key, nth)
);
create index collection_step_taken on collection_step (taken_on, step);

-- Which orders a cut is.
create table collection_cut (
    order_id bigint primary key references work_order (id),
    key text not null references collection_case (key),
    nth bigint not null
);

-- Notices or cuts that are stopped, and let go on again.
create table collection_switch (
    what text not null check (what in ('notices', 'cuts')),
    nth bigint not null,
    stopped bigint not null check (stopped in (0, 1)),
    at bigint not null,
    why text not null,
    primary key (what, nth)
);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger protection_stays before delete on protection begin select raise(abort, 'protection: never changes'); end;
create trigger protection_same before update on protection begin select raise(abort, 'protection: never changes'); end;
create trigger protection_once before insert on protection begin
    select raise(abort, 'UNIQUE constraint failed: protection.key') where exists (select 1 from protection where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: protection.rowid') where exists (select 1 from protection where rowid = new.rowid);
end;
create trigger protection_end_stays before delete on protection_end begin select raise(abort, 'protection_end: never changes'); end;
create trigger protection_end_same before update on protection_end begin select raise(abort, 'protection_end: never changes'); end;
create trigger protection_end_once before insert on protection_end begin
    select raise(abort, 'UNIQUE constraint failed: protection_end.key') where exists (select 1 from protection_end where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: protection_end.rowid') where exists (select 1 from protection_end where rowid = new.rowid);
end;
create trigger weather_day_stays before delete on weather_day begin select raise(abort, 'weather_day: never changes'); end;
create trigger weather_day_same before update on weather_day begin select raise(abort, 'weather_day: never changes'); end;
create trigger weather_day_once before insert on weather_day begin
    select raise(abort, 'UNIQUE constraint failed: weather_day.county, weather_day.on_day, weather_day.nth') where exists (select 1 from weather_day where county = new.county and on_day = new.on_day and nth = new.nth);
    select raise(abort, 'UNIQUE constraint failed: weather_day.rowid') where exists (select 1 from weather_day where rowid = new.rowid);
end;
create trigger collection_case_stays before delete on collection_case begin select raise(abort, 'collection_case: never changes'); end;
create trigger collection_case_same before update on collection_case begin select raise(abort, 'collection_case: never changes'); end;
create trigger collection_case_once before insert on collection_case begin
    select raise(abort, 'UNIQUE constraint failed: collection_case.key') where exists (select 1 from collection_case where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: collection_case.rowid') where exists (select 1 from collection_case where rowid = new.rowid);
end;
create trigger collection_end_stays before delete on collection_end begin select raise(abort, 'collection_end: never changes'); end;
create trigger collection_end_same before update on collection_end begin select raise(abort, 'collection_end: never changes'); end;
create trigger collection_end_once before insert on collection_end begin
    select raise(abort, 'UNIQUE constraint failed: collection_end.key') where exists (select 1 from collection_end where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: collection_end.rowid') where exists (select 1 from collection_end where rowid = new.rowid);
end;
create trigger collection_step_stays before delete on collection_step begin select raise(abort, 'collection_step: never changes'); end;
create trigger collection_step_same before update on collection_step begin select raise(abort, 'collection_step: never changes'); end;
create trigger collection_step_once before insert on collection_step begin
    select raise(abort, 'UNIQUE constraint failed: collection_step.key, collection_step.nth') where exists (select 1 from collection_step where key = new.key and nth = new.nth);
    select raise(abort, 'UNIQUE constraint failed: collection_step.rowid') where exists (select 1 from collection_step where rowid = new.rowid);
end;
create trigger collection_cut_stays before delete on collection_cut begin select raise(abort, 'collection_cut: never changes'); end;
create trigger collection_cut_same before update on collection_cut begin select raise(abort, 'collection_cut: never changes'); end;
create trigger collection_cut_once before insert on collection_cut begin
    select raise(abort, 'UNIQUE constraint failed: collection_cut.order_id') where exists (select 1 from collection_cut where order_id = new.order_id);
    select raise(abort, 'UNIQUE constraint failed: collection_cut.rowid') where exists (select 1 from collection_cut where rowid = new.rowid);
end;
create trigger collection_switch_stays before delete on collection_switch begin select raise(abort, 'collection_switch: never changes'); end;
create trigger collection_switch_same before update on collection_switch begin select raise(abort, 'collection_switch: never changes'); end;
create trigger collection_switch_once before insert on collection_switch begin
    select raise(abort, 'UNIQUE constraint failed: collection_switch.what, collection_switch.nth') where exists (select 1 from collection_switch where what = new.what and nth = new.nth);
    select raise(abort, 'UNIQUE constraint failed: collection_switch.rowid') where exists (select 1 from collection_switch where rowid = new.rowid);
end;
-- +postgres
create trigger protection_stays before update or delete on protection for each row execute function never_changes();
create trigger protection_all before truncate on protection for each statement execute function never_changes();
create trigger protection_end_stays before update or delete on protection_end for each row execute function never_changes();
create trigger protection_end_all before truncate on protection_end for each statement execute function never_changes();
create trigger weather_day_stays before update or delete on weather_day for each row execute function never_changes();
create trigger weather_day_all before truncate on weather_day for each statement execute function never_changes();
create trigger collection_case_stays before update or delete on collection_case for each row execute function never_changes();
create trigger collection_case_all before truncate on collection_case for each statement execute function never_changes();
create trigger collection_end_stays before update or delete on collection_end for each row execute function never_changes();
create trigger collection_end_all before truncate on collection_end for each statement execute function never_changes();
create trigger collection_step_stays before update or delete on collection_step for each row execute function never_changes();
create trigger collection_step_all before truncate on collection_step for each statement execute function never_changes();
create trigger collection_cut_stays before update or delete on collection_cut for each row execute function never_changes();
create trigger collection_cut_all before truncate on collection_cut for each statement execute function never_changes();
create trigger collection_switch_stays before update or delete on collection_switch for each row execute function never_changes();
create trigger collection_switch_all before truncate on collection_switch for each statement execute function never_changes();
-- +both
