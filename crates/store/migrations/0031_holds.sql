-- What held bills come from, and runs over some accounts only.

-- What may be behind a hold, the strongest first, a line each, as it was worked out when the bill was
-- checked, and what the bill would come to. Written anew with each check.
create table held_root (
    window_id bigint not null references bill_window (id),
    agreement_id bigint not null references agreement (id),
    roots text not null,
    would_cents bigint,
    primary key (window_id, agreement_id)
);

-- The accounts that a run checks again, where it is not for all that is held.
create table run_scope (
    run_id bigint not null references run (id),
    account_id bigint not null references account (id),
    primary key (run_id, account_id)
);
