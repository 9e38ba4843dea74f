-- Paying online what is due by a plan, and cards that are charged without anybody asking.

-- Attempts to pay what is due by a plan, and how much of it is for parts: what comes in is for them.

create table pay_attempt_plan (
    attempt_id bigint primary key references pay_attempt (id),
    key text not null references plan (key),
    parts_cents bigint not null check (0 <= parts_cents)
);

-- The days on which cards that are kept are charged without anybody asking, each once: whoever takes one on
-- holds it for some minutes at a time, and another goes on where they do not come back.
create table card_day (
    on_day text primary key,
    worker text not null,
    until_at bigint not null,
    done_at bigint,
    said text not null
);
create index pay_attempt_begun on pay_attempt (begun_at);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger pay_attempt_plan_stays before delete on pay_attempt_plan begin select raise(abort, 'pay_attempt_plan: never changes'); end;
create trigger pay_attempt_plan_same before update on pay_attempt_plan begin select raise(abort, 'pay_attempt_plan: never changes'); end;
create trigger pay_attempt_plan_once before insert on pay_attempt_plan begin
    select raise(abort, 'UNIQUE constraint failed: pay_attempt_plan.attempt_id') where exists (select 1 from pay_attempt_plan where attempt_id = new.attempt_id);
end;
-- +postgres
create trigger pay_attempt_plan_stays before update or delete on pay_attempt_plan for each row execute function never_changes();
create trigger pay_attempt_plan_all before truncate on pay_attempt_plan for each statement execute function never_changes();
-- +both
