-- The work of a run, cut into jobs: several workers share it.

alter table run drop column checked_through;
alter table run drop column posted_through;

-- Some accounts of a pass. Who did it and when is written in the transaction that did it; a job that is
-- being done is locked, no more. A job that posts has its ids of bills and entries set aside, so that
-- they do not depend on who is first.
create table run_job (
    run_id bigint not null references run (id),
    pass text not null,
    nth bigint not null,
    first_account bigint not null,
    last_account bigint not null,
    accounts bigint not null,
    first_bill bigint not null,
    first_entry bigint not null,
    entries bigint not null,
    worker text not null,
    done_at bigint,
    primary key (run_id, pass, nth)
);
create index run_job_open on run_job (run_id, pass, nth) where done_at is null;
