-- What an estimate by degree-days went by: which they are, and those of the days beside which the
-- estimated ones stand. Degree-days are thousandths; steady_micro is used a day without any, in
-- millionths of the register's unit before the multiplier.

create table read_estimate_degrees (
    read_id bigint primary key references read_estimate (read_id),
    source text not null check (source in ('station', 'published', 'temperatures')),
    name text not null,
    base text not null,
    from_on text not null,
    to_on text not null,
    their_milli bigint not null,
    milli bigint not null,
    steady_micro bigint not null
);

-- +sqlite
create trigger read_estimate_degrees_stays before delete on read_estimate_degrees begin select raise(abort, 'read_estimate_degrees: never changes'); end;
create trigger read_estimate_degrees_same before update on read_estimate_degrees begin select raise(abort, 'read_estimate_degrees: never changes'); end;
create trigger read_estimate_degrees_once before insert on read_estimate_degrees begin
    select raise(abort, 'UNIQUE constraint failed: read_estimate_degrees.read_id') where exists (select 1 from read_estimate_degrees where read_id = new.read_id);
end;
-- +postgres
create trigger read_estimate_degrees_stays before update or delete on read_estimate_degrees for each row execute function never_changes();
create trigger read_estimate_degrees_all before truncate on read_estimate_degrees for each statement execute function never_changes();
-- +both
