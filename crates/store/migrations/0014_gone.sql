-- A meter that is retired, lost or scrapped hangs nowhere: the inventory and the installations say
-- the same, whoever writes them. One that was taken down before it was said stays as it was.

-- +sqlite
create trigger installation_still_there_on_insert before insert on installation
when exists (
    select 1 from meter_detail it
    where it.meter_id = new.meter_id and it.kind = 'state'
      and it.value in ('retired', 'lost', 'scrapped')
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'meter: gone'); end;
create trigger installation_still_there_on_update before update of from_on, to_on, meter_id on installation
when (new.to_on is null or old.to_on < new.to_on or new.from_on < old.from_on or new.meter_id <> old.meter_id)
  and exists (
    select 1 from meter_detail it
    where it.meter_id = new.meter_id and it.kind = 'state'
      and it.value in ('retired', 'lost', 'scrapped')
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'meter: gone'); end;
create trigger meter_detail_still_hangs before insert on meter_detail
when new.kind = 'state' and new.value in ('retired', 'lost', 'scrapped') and exists (
    select 1 from installation it
    where it.meter_id = new.meter_id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'meter: hangs'); end;
-- +postgres
-- Both sorts of rows lock the meter in the triggers that look for overlaps, which run before these:
-- of two at one moment the second sees what the first wrote.
create function installation_still_there() returns trigger language plpgsql as $$
begin
    if exists (
        select 1 from meter_detail it
        where it.meter_id = new.meter_id and it.kind = 'state'
          and it.value in ('retired', 'lost', 'scrapped')
          and (new.to_on is null or it.from_on < new.to_on)
          and (it.to_on is null or new.from_on < it.to_on))
    then
        raise exception 'meter: gone';
    end if;
    return new;
end $$;
create trigger installation_still_there_on_insert before insert on installation
for each row execute function installation_still_there();
create trigger installation_still_there_on_update before update of from_on, to_on, meter_id on installation
for each row when (
    new.to_on is null or old.to_on < new.to_on or new.from_on < old.from_on or new.meter_id <> old.meter_id)
execute function installation_still_there();
create function meter_detail_still_hangs() returns trigger language plpgsql as $$
begin
    if exists (
        select 1 from installation it
        where it.meter_id = new.meter_id
          and (new.to_on is null or it.from_on < new.to_on)
          and (it.to_on is null or new.from_on < it.to_on))
    then
        raise exception 'meter: hangs';
    end if;
    return new;
end $$;
create trigger meter_detail_still_hangs before insert on meter_detail
for each row when (new.kind = 'state' and new.value in ('retired', 'lost', 'scrapped'))
execute function meter_detail_still_hangs();
-- +both
