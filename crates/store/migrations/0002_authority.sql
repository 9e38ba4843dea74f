-- Who of the staff may do what, and what waits for a second person.
--
-- Roles are data: a utility changes ours and makes its own. Who had which role, and what came with
-- it, is dated and never forgotten; [from_at, to_at) as everywhere.

create table role (name text primary key, says text not null);

-- Without a limit any amount is allowed. Beyond the limit, or always where there is none, a second
-- person is needed when four_eyes is 1. May change: to_at, once.
create table role_permission (
    role text not null references role (name),
    permission text not null,
    limit_cents bigint check (0 <= limit_cents),
    four_eyes bigint not null check (four_eyes in (0, 1)),
    from_at bigint not null,
    to_at bigint check (from_at <= to_at),
    primary key (role, permission, from_at)
);
create unique index role_permission_open on role_permission (role, permission) where to_at is null;

-- May change: to_at, once.
create table staff_role (
    staff_id bigint not null references staff (id),
    role text not null references role (name),
    from_at bigint not null,
    to_at bigint check (from_at <= to_at),
    primary key (staff_id, role, from_at)
);
create unique index staff_role_open on staff_role (staff_id, role) where to_at is null;

-- What somebody asked for that takes two; content is what the act needs to do it.
create table approval (
    id bigint primary key,
    act text not null,
    permission text not null,
    subject text not null,
    amount_cents bigint,
    content text not null,
    why text not null,
    asked_by bigint not null references staff (id),
    asked_at bigint not null,
    unique (id, asked_by)
);

-- How it ended, once. Who asked may only take it back, and nobody else may: the database itself
-- keeps maker and checker apart.
create table approval_end (
    approval_id bigint primary key,
    asked_by bigint not null,
    ended text not null check (ended in ('given', 'refused', 'withdrawn')),
    ended_by bigint not null references staff (id),
    ended_at bigint not null,
    why text not null,
    foreign key (approval_id, asked_by) references approval (id, asked_by),
    constraint maker_is_not_checker check ((ended = 'withdrawn') = (ended_by = asked_by))
);

insert into role (name, says) values
    ('auditor', 'Looks, never changes'),
    ('clerk', 'Customer service'),
    ('billing-analyst', 'Reads, bills and what holds them'),
    ('collector', 'What is owed'),
    ('dispatcher', 'Work in the field, planned'),
    ('field', 'Work in the field, done'),
    ('accountant', 'The books'),
    ('rate-analyst', 'Tariffs and prices'),
    ('administrator', 'Everything; staff and roles');

insert into role_permission (role, permission, limit_cents, four_eyes, from_at) values
    ('auditor', 'view-customer', null, 0, 0),
    ('auditor', 'view-audit', null, 0, 0),
    ('clerk', 'view-customer', null, 0, 0),
    ('clerk', 'write-note', null, 0, 0),
    ('clerk', 'keep-customers', null, 0, 0),
    ('clerk', 'keep-places', null, 0, 0),
    ('clerk', 'keep-meters', null, 0, 0),
    ('clerk', 'move-service', null, 0, 0),
    ('clerk', 'set-terms', null, 0, 0),
    ('clerk', 'order-work', null, 0, 0),
    ('clerk', 'resolve-tasks', null, 0, 0),
    ('clerk', 'set-shares', null, 0, 0),
    ('clerk', 'take-payment', 1000000, 1, 0),
    ('billing-analyst', 'view-customer', null, 0, 0),
    ('billing-analyst', 'view-audit', null, 0, 0),
    ('billing-analyst', 'write-note', null, 0, 0),
    ('billing-analyst', 'keep-customers', null, 0, 0),
    ('billing-analyst', 'merge-customers', null, 0, 0),
    ('billing-analyst', 'keep-places', null, 0, 0),
    ('billing-analyst', 'keep-meters', null, 0, 0),
    ('billing-analyst', 'set-multiplier', null, 1, 0),
    ('billing-analyst', 'move-service', null, 0, 0),
    ('billing-analyst', 'set-terms', null, 0, 0),
    ('billing-analyst', 'order-work', null, 0, 0),
    ('billing-analyst', 'resolve-tasks', null, 0, 0),
    ('billing-analyst', 'import-reads', null, 0, 0),
    ('billing-analyst', 'publish-prices', null, 0, 0),
    ('billing-analyst', 'plan-cycles', null, 0, 0),
    ('billing-analyst', 'run-bills', null, 0, 0),
    ('billing-analyst', 'set-shares', null, 0, 0),
    ('collector', 'view-customer', null, 0, 0),
    ('collector', 'write-note', null, 0, 0),
    ('collector', 'order-work', null, 0, 0),
    ('collector', 'resolve-tasks', null, 0, 0),
    ('collector', 'take-payment', 1000000, 1, 0),
    ('dispatcher', 'view-customer', null, 0, 0),
    ('dispatcher', 'write-note', null, 0, 0),
    ('dispatcher', 'order-work', null, 0, 0),
    ('dispatcher', 'dispatch-work', null, 0, 0),
    ('dispatcher', 'complete-work', null, 0, 0),
    ('dispatcher', 'keep-meters', null, 0, 0),
    ('dispatcher', 'resolve-tasks', null, 0, 0),
    ('field', 'view-customer', null, 0, 0),
    ('field', 'write-note', null, 0, 0),
    ('field', 'complete-work', null, 0, 0),
    ('field', 'keep-meters', null, 0, 0),
    ('accountant', 'view-customer', null, 0, 0),
    ('accountant', 'view-audit', null, 0, 0),
    ('accountant', 'write-note', null, 0, 0),
    ('accountant', 'resolve-tasks', null, 0, 0),
    ('accountant', 'take-payment', 10000000, 1, 0),
    ('rate-analyst', 'view-customer', null, 0, 0),
    ('rate-analyst', 'publish-tariff', null, 0, 0),
    ('rate-analyst', 'publish-prices', null, 0, 0),
    ('administrator', 'view-customer', null, 0, 0),
    ('administrator', 'view-audit', null, 0, 0),
    ('administrator', 'write-note', null, 0, 0),
    ('administrator', 'keep-customers', null, 0, 0),
    ('administrator', 'merge-customers', null, 0, 0),
    ('administrator', 'keep-places', null, 0, 0),
    ('administrator', 'keep-meters', null, 0, 0),
    ('administrator', 'set-multiplier', null, 1, 0),
    ('administrator', 'move-service', null, 0, 0),
    ('administrator', 'set-terms', null, 0, 0),
    ('administrator', 'order-work', null, 0, 0),
    ('administrator', 'dispatch-work', null, 0, 0),
    ('administrator', 'complete-work', null, 0, 0),
    ('administrator', 'resolve-tasks', null, 0, 0),
    ('administrator', 'import-reads', null, 0, 0),
    ('administrator', 'publish-tariff', null, 0, 0),
    ('administrator', 'publish-prices', null, 0, 0),
    ('administrator', 'plan-cycles', null, 0, 0),
    ('administrator', 'run-bills', null, 0, 0),
    ('administrator', 'set-shares', null, 0, 0),
    ('administrator', 'keep-certificates', null, 0, 0),
    ('administrator', 'take-payment', null, 0, 0),
    ('administrator', 'manage-staff', null, 0, 0),
    ('administrator', 'grant-roles', null, 1, 0),
    ('administrator', 'found', null, 0, 0);

-- +sqlite
create trigger approval_stays before delete on approval begin select raise(abort, 'approval: never changes'); end;
create trigger approval_same before update on approval begin select raise(abort, 'approval: never changes'); end;
create trigger approval_end_stays before delete on approval_end begin select raise(abort, 'approval_end: never changes'); end;
create trigger approval_end_same before update on approval_end begin select raise(abort, 'approval_end: never changes'); end;
create trigger approval_once before insert on approval begin
    select raise(abort, 'UNIQUE constraint failed: approval.id') where exists (select 1 from approval where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: approval.id, approval.asked_by') where exists (select 1 from approval where id = new.id and asked_by = new.asked_by);
end;
create trigger approval_end_once before insert on approval_end begin
    select raise(abort, 'UNIQUE constraint failed: approval_end.approval_id') where exists (select 1 from approval_end where approval_id = new.approval_id);
end;
create trigger role_permission_stays before delete on role_permission begin select raise(abort, 'role_permission: only ends'); end;
create trigger role_permission_ends before update on role_permission when old.to_at is not null or new.to_at is null or new.role <> old.role or new.permission <> old.permission or new.from_at <> old.from_at or new.limit_cents is not old.limit_cents or new.four_eyes <> old.four_eyes
begin select raise(abort, 'role_permission: only ends'); end;
create trigger staff_role_stays before delete on staff_role begin select raise(abort, 'staff_role: only ends'); end;
create trigger staff_role_ends before update on staff_role when old.to_at is not null or new.to_at is null or new.staff_id <> old.staff_id or new.role <> old.role or new.from_at <> old.from_at
begin select raise(abort, 'staff_role: only ends'); end;
-- +postgres
create trigger approval_stays before update or delete on approval for each row execute function never_changes();
create trigger approval_all before truncate on approval for each statement execute function never_changes();
create trigger approval_end_stays before update or delete on approval_end for each row execute function never_changes();
create trigger approval_end_all before truncate on approval_end for each statement execute function never_changes();
create function only_ends() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.to_at is null and new.to_at is not null
        and to_jsonb(new) - 'to_at' = to_jsonb(old) - 'to_at'
    then
        return new;
    end if;
    raise exception '%: only ends', tg_table_name;
end $$;
create trigger role_permission_ends before update or delete on role_permission for each row execute function only_ends();
create trigger role_permission_all before truncate on role_permission for each statement execute function only_ends();
create trigger staff_role_ends before update or delete on staff_role for each row execute function only_ends();
create trigger staff_role_all before truncate on staff_role for each statement execute function only_ends();
-- +both
