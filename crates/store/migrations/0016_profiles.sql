-- The layout by which a file was read, where a profile told it: what was kept of the file says nothing
-- without it, and the profile may change.
create table batch_profile (
    batch_id bigint primary key references batch (id),
    name text not null,
    text text not null
);

-- +sqlite
create trigger batch_profile_stays before delete on batch_profile begin select raise(abort, 'batch_profile: never changes'); end;
create trigger batch_profile_same before update on batch_profile begin select raise(abort, 'batch_profile: never changes'); end;
create trigger batch_profile_once before insert on batch_profile begin
    select raise(abort, 'UNIQUE constraint failed: batch_profile.batch_id') where exists (select 1 from batch_profile where batch_id = new.batch_id);
end;
-- +postgres
create trigger batch_profile_stays before update or delete on batch_profile for each row execute function never_changes();
create trigger batch_profile_all before truncate on batch_profile for each statement execute function never_changes();
-- +both
