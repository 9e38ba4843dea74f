-- Field orders: what is to be done, by whom and when, what came of it, and whether it flows.
--
-- An order and its steps are only ever added. Minutes are counted from midnight as clocks show it.

-- When orders of a kind must be done, as a rule that core reads. May change: what is said for a day.
create table order_rule (
    kind text not null,
    from_on text not null,
    text text not null,
    primary key (kind, from_on)
);

create table crew (
    id bigint primary key,
    name text not null unique,
    skills text not null,
    window_minutes bigint not null check (0 < window_minutes),
    per_window bigint not null check (0 < per_window)
);

-- The hours a crew works from a day on. May change: what is said for a day.
create table crew_week (
    crew_id bigint not null references crew (id),
    from_on text not null,
    week text not null,
    primary key (crew_id, from_on)
);

-- A day off goes again when it is taken back.
create table crew_day_off (
    crew_id bigint not null references crew (id),
    off_on text not null,
    reason text not null,
    primary key (crew_id, off_on)
);

create table work_order (
    id bigint primary key,
    kind text not null,
    priority text not null,
    premise_id bigint not null references premise (id),
    service_point_id bigint references service_point (id),
    account_id bigint references account (id),
    agreement_id bigint references agreement (id),
    skills text not null,
    not_before_on text not null,
    due_at bigint,
    off_below_cents bigint,
    about text not null,
    key text not null
);
create index work_order_premise on work_order (premise_id);
create index work_order_point on work_order (service_point_id);
create index work_order_account on work_order (account_id);

-- Two who step at once ask for the same position, and the second is told.
create table order_step (
    order_id bigint not null references work_order (id),
    position bigint not null,
    step text not null,
    taken_at bigint not null,
    staff_id bigint references staff (id),
    crew_id bigint references crew (id),
    step_on text,
    reason text,
    note text not null,
    primary key (order_id, position)
);

-- How the orders that have not ended stand, written with each step: one open order for each key.
create table open_order (
    order_id bigint primary key references work_order (id),
    key text not null unique,
    state text not null,
    crew_id bigint references crew (id),
    planned_on text
);
create index open_order_crew on open_order (crew_id, planned_on);

create table order_photo (
    order_id bigint not null references work_order (id),
    sha256 text not null,
    media text not null,
    bytes bytea not null,
    primary key (order_id, sha256)
);

-- Whether it flows at a service point from a day on. Of two on one day, the one with the higher id
-- holds.
create table connection (
    id bigint primary key,
    service_point_id bigint not null references service_point (id),
    from_on text not null,
    state text not null check (state in ('connected', 'disconnected')),
    order_id bigint unique references work_order (id)
);
create index connection_point on connection (service_point_id, from_on);

-- May change: ended, once.
create table appointment (
    id bigint primary key,
    order_id bigint not null references work_order (id),
    crew_id bigint not null references crew (id),
    arrive_on text not null,
    from_minute bigint not null,
    to_minute bigint not null,
    place bigint not null check (0 < place),
    booked_at bigint not null,
    ended text,
    check (from_minute < to_minute)
);
create unique index appointment_live on appointment (order_id) where ended is null;
create index appointment_crew on appointment (crew_id, arrive_on);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger work_order_stays before delete on work_order begin select raise(abort, 'work_order: never changes'); end;
create trigger work_order_same before update on work_order begin select raise(abort, 'work_order: never changes'); end;
create trigger order_step_stays before delete on order_step begin select raise(abort, 'order_step: never changes'); end;
create trigger order_step_same before update on order_step begin select raise(abort, 'order_step: never changes'); end;
create trigger order_photo_stays before delete on order_photo begin select raise(abort, 'order_photo: never changes'); end;
create trigger order_photo_same before update on order_photo begin select raise(abort, 'order_photo: never changes'); end;
create trigger connection_stays before delete on connection begin select raise(abort, 'connection: never changes'); end;
create trigger connection_same before update on connection begin select raise(abort, 'connection: never changes'); end;
create trigger work_order_once before insert on work_order begin
    select raise(abort, 'UNIQUE constraint failed: work_order.id') where exists (select 1 from work_order where id = new.id);
end;
create trigger order_step_once before insert on order_step begin
    select raise(abort, 'UNIQUE constraint failed: order_step.order_id, order_step.position') where exists (select 1 from order_step where order_id = new.order_id and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: order_step.rowid') where exists (select 1 from order_step where rowid = new.rowid);
end;
create trigger order_photo_once before insert on order_photo begin
    select raise(abort, 'UNIQUE constraint failed: order_photo.order_id, order_photo.sha256') where exists (select 1 from order_photo where order_id = new.order_id and sha256 = new.sha256);
    select raise(abort, 'UNIQUE constraint failed: order_photo.rowid') where exists (select 1 from order_photo where rowid = new.rowid);
end;
create trigger connection_once before insert on connection begin
    select raise(abort, 'UNIQUE constraint failed: connection.id') where exists (select 1 from connection where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: connection.order_id') where exists (select 1 from connection where order_id = new.order_id);
end;
-- +postgres
create trigger work_order_stays before update or delete on work_order for each row execute function never_changes();
create trigger work_order_all before truncate on work_order for each statement execute function never_changes();
create trigger order_step_stays before update or delete on order_step for each row execute function never_changes();
create trigger order_step_all before truncate on order_step for each statement execute function never_changes();
create trigger order_photo_stays before update or delete on order_photo for each row execute function never_changes();
create trigger order_photo_all before truncate on order_photo for each statement execute function never_changes();
create trigger connection_stays before update or delete on connection for each row execute function never_changes();
create trigger connection_all before truncate on connection for each statement execute function never_changes();
-- +both

-- No place of a crew is promised twice at one time, nor one that it does not have -------------------

-- +sqlite
create trigger appointment_overlap_on_insert before insert on appointment
when new.ended is null and (
    exists (
        select 1 from appointment it
        where it.crew_id = new.crew_id and it.arrive_on = new.arrive_on and it.place = new.place
          and it.id <> new.id and it.ended is null
          and it.from_minute < new.to_minute and new.from_minute < it.to_minute)
    or (select per_window from crew where id = new.crew_id) < new.place)
begin select raise(abort, 'appointment: overlaps'); end;
create trigger appointment_overlap_on_update before update on appointment
when new.ended is null and (
    exists (
        select 1 from appointment it
        where it.crew_id = new.crew_id and it.arrive_on = new.arrive_on and it.place = new.place
          and it.id <> new.id and it.ended is null
          and it.from_minute < new.to_minute and new.from_minute < it.to_minute)
    or (select per_window from crew where id = new.crew_id) < new.place)
begin select raise(abort, 'appointment: overlaps'); end;
-- +postgres
create function appointment_overlaps() returns trigger language plpgsql as $$
begin
    -- Whoever asks about the same crew waits here, so that two cannot slip in at once.
    perform 1 from crew where id = new.crew_id for update;
    if new.ended is null and (
        exists (
            select 1 from appointment it
            where it.crew_id = new.crew_id and it.arrive_on = new.arrive_on and it.place = new.place
              and it.id <> new.id and it.ended is null
              and it.from_minute < new.to_minute and new.from_minute < it.to_minute)
        or (select per_window from crew where id = new.crew_id) < new.place)
    then
        raise exception 'appointment: overlaps';
    end if;
    return new;
end $$;
create trigger appointment_overlap before insert or update on appointment
for each row execute function appointment_overlaps();
-- +both
