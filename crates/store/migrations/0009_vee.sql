-- Validation, editing and estimation: what is asked of reads, what was doubted, what stands in.

-- A text of rules for a commodity and a class of customers ('' for every class), from a day on.
create table vee_rules (
    commodity text not null,
    class text not null,
    from_on text not null,
    text text not null,
    primary key (commodity, class, from_on)
);

-- What a rule doubted. With index_micro it is a read that waits and is not among the reads; without a
-- channel it is a file that waits whole, with the zone and the meter it was imported for.
create table read_exception (
    id bigint primary key,
    rule text not null,
    action text not null check (action in ('look', 'hold')),
    channel_id bigint references channel (id),
    batch_id bigint references batch (id),
    from_on text not null,
    to_on text not null,
    saw_micro bigint not null,
    usual_micro bigint not null,
    counted bigint not null,
    likely text,
    index_micro bigint,
    kind text,
    zone text,
    meter text,
    found_at bigint not null,
    check (channel_id is not null or batch_id is not null),
    check ((index_micro is null) = (kind is null))
);
create index read_exception_channel on read_exception (channel_id, to_on);
create index read_exception_batch on read_exception (batch_id);

-- How it ended; without a row it is open.
create table read_exception_end (
    exception_id bigint primary key references read_exception (id),
    how text not null check (how in ('taken', 'estimated', 'refused', 'superseded')),
    ended_at bigint not null
);

-- How an estimated read was worked out.
create table read_estimate (
    read_id bigint primary key references read (id),
    method text not null
);

-- A read that was asked of a meter from afar, and what came of it.
create table read_request (
    id bigint primary key,
    channel_id bigint not null references channel (id),
    read_on text not null,
    why text not null,
    asked_at bigint not null
);
create index read_request_channel on read_request (channel_id);

create table read_answer (
    request_id bigint primary key references read_request (id),
    index_micro bigint,
    said text not null,
    answered_at bigint not null
);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger vee_rules_stays before delete on vee_rules begin select raise(abort, 'vee_rules: never changes'); end;
create trigger vee_rules_same before update on vee_rules begin select raise(abort, 'vee_rules: never changes'); end;
create trigger vee_rules_once before insert on vee_rules begin
    select raise(abort, 'UNIQUE constraint failed: vee_rules.commodity, vee_rules.class, vee_rules.from_on') where exists (select 1 from vee_rules where commodity = new.commodity and class = new.class and from_on = new.from_on);
    select raise(abort, 'UNIQUE constraint failed: vee_rules.rowid') where exists (select 1 from vee_rules where rowid = new.rowid);
end;
create trigger read_exception_stays before delete on read_exception begin select raise(abort, 'read_exception: never changes'); end;
create trigger read_exception_same before update on read_exception begin select raise(abort, 'read_exception: never changes'); end;
create trigger read_exception_once before insert on read_exception begin
    select raise(abort, 'UNIQUE constraint failed: read_exception.id') where exists (select 1 from read_exception where id = new.id);
end;
create trigger read_exception_end_stays before delete on read_exception_end begin select raise(abort, 'read_exception_end: never changes'); end;
create trigger read_exception_end_same before update on read_exception_end begin select raise(abort, 'read_exception_end: never changes'); end;
create trigger read_exception_end_once before insert on read_exception_end begin
    select raise(abort, 'UNIQUE constraint failed: read_exception_end.exception_id') where exists (select 1 from read_exception_end where exception_id = new.exception_id);
end;
create trigger read_estimate_stays before delete on read_estimate begin select raise(abort, 'read_estimate: never changes'); end;
create trigger read_estimate_same before update on read_estimate begin select raise(abort, 'read_estimate: never changes'); end;
create trigger read_estimate_once before insert on read_estimate begin
    select raise(abort, 'UNIQUE constraint failed: read_estimate.read_id') where exists (select 1 from read_estimate where read_id = new.read_id);
end;
create trigger read_request_stays before delete on read_request begin select raise(abort, 'read_request: never changes'); end;
create trigger read_request_same before update on read_request begin select raise(abort, 'read_request: never changes'); end;
create trigger read_request_once before insert on read_request begin
    select raise(abort, 'UNIQUE constraint failed: read_request.id') where exists (select 1 from read_request where id = new.id);
end;
create trigger read_answer_stays before delete on read_answer begin select raise(abort, 'read_answer: never changes'); end;
create trigger read_answer_same before update on read_answer begin select raise(abort, 'read_answer: never changes'); end;
create trigger read_answer_once before insert on read_answer begin
    select raise(abort, 'UNIQUE constraint failed: read_answer.request_id') where exists (select 1 from read_answer where request_id = new.request_id);
end;
-- +postgres
create trigger vee_rules_stays before update or delete on vee_rules for each row execute function never_changes();
create trigger vee_rules_all before truncate on vee_rules for each statement execute function never_changes();
create trigger read_exception_stays before update or delete on read_exception for each row execute function never_changes();
create trigger read_exception_all before truncate on read_exception for each statement execute function never_changes();
create trigger read_exception_end_stays before update or delete on read_exception_end for each row execute function never_changes();
create trigger read_exception_end_all before truncate on read_exception_end for each statement execute function never_changes();
create trigger read_estimate_stays before update or delete on read_estimate for each row execute function never_changes();
create trigger read_estimate_all before truncate on read_estimate for each statement execute function never_changes();
create trigger read_request_stays before update or delete on read_request for each row execute function never_changes();
create trigger read_request_all before truncate on read_request for each statement execute function never_changes();
create trigger read_answer_stays before update or delete on read_answer for each row execute function never_changes();
create trigger read_answer_all before truncate on read_answer for each statement execute function never_changes();
-- +both
