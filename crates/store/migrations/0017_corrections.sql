-- Bills that do not stand any more: what took them back, and what was billed in their place. A bill
-- itself never changes.

create table correction (
    id bigint primary key,
    account_id bigint not null references account (id),
    cause text not null,
    why text not null,
    made_on text not null,
    net_cents bigint not null
);
create index correction_account on correction (account_id, id);

-- A bill that was taken back, once, and the bill that stands in its place, if one does.
create table bill_cancelled (
    bill_id bigint primary key references bill (id),
    correction_id bigint not null references correction (id),
    made_bill_id bigint unique references bill (id)
);
create index bill_cancelled_correction on bill_cancelled (correction_id);

create view standing_bill as
select b.* from bill b where not exists (select 1 from bill_cancelled c where c.bill_id = b.id);
create view standing_segment as
select s.* from segment s
where not exists (select 1 from bill_cancelled c where c.bill_id = s.bill_id);

insert into role_permission (role, permission, limit_cents, four_eyes, from_at) values
    ('billing-analyst', 'correct-bills', 50000, 1, 0),
    ('administrator', 'correct-bills', null, 0, 0);

-- No day of an agreement is on two bills that stand -------------------------------------------------

-- +sqlite
create trigger segment_billed_twice before insert on segment
when exists (
    select 1 from standing_segment it
    where it.agreement_id = new.agreement_id
      and it.from_on < new.to_on and new.from_on < it.to_on)
begin select raise(abort, 'segment: billed twice'); end;
-- +postgres
create function segment_billed_twice() returns trigger language plpgsql as $$
begin
    -- Whoever bills the same agreement waits here, so that two cannot do it at once.
    perform 1 from agreement where id = new.agreement_id for update;
    if exists (
        select 1 from standing_segment it
        where it.agreement_id = new.agreement_id
          and it.from_on < new.to_on and new.from_on < it.to_on)
    then
        raise exception 'segment: billed twice';
    end if;
    return new;
end $$;
create trigger segment_billed_twice before insert on segment
for each row execute function segment_billed_twice();
-- +both

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger correction_stays before delete on correction begin select raise(abort, 'correction: never changes'); end;
create trigger correction_same before update on correction begin select raise(abort, 'correction: never changes'); end;
create trigger correction_once before insert on correction begin
    select raise(abort, 'UNIQUE constraint failed: correction.id') where exists (select 1 from correction where id = new.id);
end;
create trigger bill_cancelled_stays before delete on bill_cancelled begin select raise(abort, 'bill_cancelled: never changes'); end;
create trigger bill_cancelled_same before update of bill_id, correction_id on bill_cancelled begin select raise(abort, 'bill_cancelled: never changes'); end;
create trigger bill_cancelled_made before update of made_bill_id on bill_cancelled
when old.made_bill_id is not null begin select raise(abort, 'bill_cancelled: never changes'); end;
create trigger bill_cancelled_once before insert on bill_cancelled begin
    select raise(abort, 'UNIQUE constraint failed: bill_cancelled.bill_id') where exists (select 1 from bill_cancelled where bill_id = new.bill_id);
end;
-- +postgres
create trigger correction_stays before update or delete on correction for each row execute function never_changes();
create trigger correction_all before truncate on correction for each statement execute function never_changes();
create function bill_cancelled_changes() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and (old.bill_id, old.correction_id) is not distinct from (new.bill_id, new.correction_id)
        and old.made_bill_id is null
    then
        return new;
    end if;
    raise exception 'bill_cancelled: never changes';
end $$;
create trigger bill_cancelled_stays before update or delete on bill_cancelled for each row execute function bill_cancelled_changes();
create trigger bill_cancelled_all before truncate on bill_cancelled for each statement execute function never_changes();
-- +both
