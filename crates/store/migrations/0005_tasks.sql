-- What needs a person: tasks, what happened to them, who holds them, and what things are about.

-- Raised by its cause, once. May change: what the cause reads now, the day it comes back, whose it
-- is, and when it was closed; each change is a row of task_step too.
create table task (
    id bigint primary key,
    kind text not null,
    key text not null,
    evidence text not null,
    priority bigint not null check (priority between 1 and 3),
    due_on text not null,
    wakes_on text,
    owner_id bigint references staff (id),
    raised_at bigint not null,
    closed_at bigint,
    unique (kind, key)
);
create index task_open on task (priority, due_on, id) where closed_at is null;

create table task_about (
    task_id bigint not null references task (id),
    kind text not null,
    subject_id bigint not null,
    primary key (task_id, kind, subject_id)
);
create index task_about_subject on task_about (kind, subject_id);

create table task_step (
    task_id bigint not null references task (id),
    position bigint not null,
    step text not null,
    resolution text,
    staff_id bigint references staff (id),
    done_at bigint not null,
    said text not null,
    primary key (task_id, position)
);

create index task_step_staff on task_step (staff_id, done_at);

-- Who works on a task, so that two do not; it ends by itself.
create table task_lock (
    task_id bigint primary key references task (id),
    staff_id bigint not null references staff (id),
    until_at bigint not null
);

-- What a contact with a customer was about.
create table interaction_about (
    interaction_id bigint not null references interaction (id),
    kind text not null,
    subject_id bigint not null,
    primary key (interaction_id, kind, subject_id)
);

-- What histories and the looks for causes are asked by.
create index audit_of_subject on audit (subject, id);
create index contact_shared on contact (kind, value);
create index run_item_held on run_item (window_id, agreement_id) where outcome = 'held';
create index batch_rejected on batch (id) where 0 < rejected;

-- +sqlite
create trigger task_about_stays before delete on task_about begin select raise(abort, 'task_about: never changes'); end;
create trigger task_about_same before update on task_about begin select raise(abort, 'task_about: never changes'); end;
create trigger task_about_once before insert on task_about begin
    select raise(abort, 'UNIQUE constraint failed: task_about.task_id, task_about.kind, task_about.subject_id') where exists (select 1 from task_about where task_id = new.task_id and kind = new.kind and subject_id = new.subject_id);
    select raise(abort, 'UNIQUE constraint failed: task_about.rowid') where exists (select 1 from task_about where rowid = new.rowid);
end;
create trigger task_step_stays before delete on task_step begin select raise(abort, 'task_step: never changes'); end;
create trigger task_step_same before update on task_step begin select raise(abort, 'task_step: never changes'); end;
create trigger task_step_once before insert on task_step begin
    select raise(abort, 'UNIQUE constraint failed: task_step.task_id, task_step.position') where exists (select 1 from task_step where task_id = new.task_id and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: task_step.rowid') where exists (select 1 from task_step where rowid = new.rowid);
end;
create trigger interaction_about_stays before delete on interaction_about begin select raise(abort, 'interaction_about: never changes'); end;
create trigger interaction_about_same before update on interaction_about begin select raise(abort, 'interaction_about: never changes'); end;
create trigger interaction_about_once before insert on interaction_about begin
    select raise(abort, 'UNIQUE constraint failed: interaction_about.interaction_id, interaction_about.kind, interaction_about.subject_id') where exists (select 1 from interaction_about where interaction_id = new.interaction_id and kind = new.kind and subject_id = new.subject_id);
    select raise(abort, 'UNIQUE constraint failed: interaction_about.rowid') where exists (select 1 from interaction_about where rowid = new.rowid);
end;
-- +postgres
create trigger task_about_stays before update or delete on task_about for each row execute function never_changes();
create trigger task_about_all before truncate on task_about for each statement execute function never_changes();
create trigger task_step_stays before update or delete on task_step for each row execute function never_changes();
create trigger task_step_all before truncate on task_step for each statement execute function never_changes();
create trigger interaction_about_stays before update or delete on interaction_about for each row execute function never_changes();
create trigger interaction_about_all before truncate on interaction_about for each statement execute function never_changes();
-- +both
