-- Between the check of a run and its bills: limits, who lets a bill go, who may release.

-- A text of limits that holds from a day on.
create table release_limits (
    from_on text primary key,
    text text not null
);

-- The bill of an account in a turn that somebody lets go, however unusual it is.
create table bill_accepted (
    window_id bigint not null references bill_window (id),
    account_id bigint not null references account (id),
    primary key (window_id, account_id)
);

insert into role_permission (role, permission, limit_cents, four_eyes, from_at) values
    ('billing-analyst', 'release-bills', null, 0, 0),
    ('billing-analyst', 'release-beyond-limits', null, 1, 0),
    ('administrator', 'release-bills', null, 0, 0),
    ('administrator', 'release-beyond-limits', null, 1, 0),
    ('administrator', 'set-release-limits', null, 0, 0);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger release_limits_stays before delete on release_limits begin select raise(abort, 'release_limits: never changes'); end;
create trigger release_limits_same before update on release_limits begin select raise(abort, 'release_limits: never changes'); end;
create trigger release_limits_once before insert on release_limits begin
    select raise(abort, 'UNIQUE constraint failed: release_limits.from_on') where exists (select 1 from release_limits where from_on = new.from_on);
    select raise(abort, 'UNIQUE constraint failed: release_limits.rowid') where exists (select 1 from release_limits where rowid = new.rowid);
end;
create trigger bill_accepted_stays before delete on bill_accepted begin select raise(abort, 'bill_accepted: never changes'); end;
create trigger bill_accepted_same before update on bill_accepted begin select raise(abort, 'bill_accepted: never changes'); end;
create trigger bill_accepted_once before insert on bill_accepted begin
    select raise(abort, 'UNIQUE constraint failed: bill_accepted.window_id, bill_accepted.account_id') where exists (select 1 from bill_accepted where window_id = new.window_id and account_id = new.account_id);
    select raise(abort, 'UNIQUE constraint failed: bill_accepted.rowid') where exists (select 1 from bill_accepted where rowid = new.rowid);
end;
-- +postgres
create trigger release_limits_stays before update or delete on release_limits for each row execute function never_changes();
create trigger release_limits_all before truncate on release_limits for each statement execute function never_changes();
create trigger bill_accepted_stays before update or delete on bill_accepted for each row execute function never_changes();
create trigger bill_accepted_all before truncate on bill_accepted for each statement execute function never_changes();
-- +both
