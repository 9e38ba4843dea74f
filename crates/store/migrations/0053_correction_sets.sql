-- Corrections of all accounts on some tariffs, cut into jobs that several workers share.

-- What is to be corrected: on which tariffs, one a line, from which day on and why; on whose authority and
-- as of when. Without a reason it is only looked at, and with the text of a version as if that were told.
-- Where somebody has looked, an account of which it comes to something else now is left.
create table correction_set (
    id bigint primary key,
    tariffs text not null,
    from_on text not null,
    cause text not null,
    why text,
    version text,
    as_seen bigint not null,
    begun_by bigint references staff (id),
    begun_at bigint not null,
    done_at bigint
);
create index correction_set_open on correction_set (id) where done_at is null;

-- Some of its accounts, as a list of ids. Who did it and when is written in the transaction that did it; a
-- job that is being done is locked, no more. Its ids are set aside, so that they do not depend on who is
-- first.
create table correction_job (
    set_id bigint not null references correction_set (id),
    nth bigint not null,
    account_ids text not null,
    accounts bigint not null,
    first_correction bigint not null,
    first_bill bigint not null,
    bills bigint not null,
    first_entry bigint not null,
    entries bigint not null,
    first_piece bigint not null,
    pieces bigint not null,
    worker text not null,
    done_at bigint,
    primary key (set_id, nth)
);
create index correction_job_open on correction_job (set_id, nth) where done_at is null;

-- What became of an account of which a bill would read otherwise. What is only looked at stands as corrected.
create table correction_item (
    set_id bigint not null references correction_set (id),
    account_id bigint not null references account (id),
    outcome text not null,
    bills bigint not null,
    net_cents bigint not null,
    said text not null,
    primary key (set_id, account_id)
);

-- What an account would be charged: of a version that is looked at what that came to, of one that is told
-- what whoever told it has seen.
create table correction_seen (
    set_id bigint not null references correction_set (id),
    account_id bigint not null references account (id),
    charged_cents bigint not null,
    primary key (set_id, account_id)
);

-- The bills that a version reaches that is not told yet.
create table correction_reached (
    set_id bigint not null references correction_set (id),
    bill_id bigint not null references bill (id),
    was_cents bigint not null,
    now_cents bigint not null,
    primary key (set_id, bill_id)
);
