-- Refunds that wait are paid by checks, which are cashed or void; what nobody claims of credits and checks
-- goes to an account of its own, and from there to the state or back. What waits is worked out of entries.

-- A refund is known by its entry. A check of it that is void leaves it waiting for the next.
create table refund_check (
    entry_id bigint not null references entry (id),
    nth bigint not null check (0 < nth),
    number text not null unique,
    paid_on text not null,
    primary key (entry_id, nth)
);
create table refund_check_end (
    entry_id bigint not null,
    nth bigint not null,
    how text not null check (how in ('cashed', 'voided')),
    ended_on text not null,
    why text not null,
    primary key (entry_id, nth),
    foreign key (entry_id, nth) references refund_check (entry_id, nth)
);
-- It is not to be paid any more: it is a credit of its account again, held again for nobody, or the bank took
-- back what it was of.
create table refund_end (
    entry_id bigint primary key references entry (id),
    how text not null check (how in ('account', 'held', 'bounced')),
    ended_on text not null,
    why text not null
);

-- A credit of an account that nobody claimed, each a charge, and since when nothing was heard of it.
create table unclaimed (
    key text primary key references charge (key),
    account_id bigint not null references account (id),
    amount_cents bigint not null check (0 < amount_cents),
    check_number text,
    since_on text not null,
    taken_on text not null
);
create index unclaimed_account on unclaimed (account_id);
create table unclaimed_remittance (
    reference text primary key,
    remitted_on text not null,
    items bigint not null check (0 < items),
    total_cents bigint not null check (0 < total_cents)
);
create table unclaimed_end (
    key text primary key references unclaimed (key),
    how text not null check (how in ('claimed', 'remitted')),
    ended_on text not null,
    remittance text references unclaimed_remittance (reference),
    why text not null,
    check ((how = 'remitted') = (remittance is not null))
);
create index unclaimed_end_remittance on unclaimed_end (remittance);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger refund_check_stays before delete on refund_check begin select raise(abort, 'refund_check: never changes'); end;
create trigger refund_check_same before update on refund_check begin select raise(abort, 'refund_check: never changes'); end;
create trigger refund_check_once before insert on refund_check begin
    select raise(abort, 'UNIQUE constraint failed: refund_check.entry_id, refund_check.nth') where exists (select 1 from refund_check where entry_id = new.entry_id and nth = new.nth);
    select raise(abort, 'UNIQUE constraint failed: refund_check.number') where exists (select 1 from refund_check where number = new.number);
    select raise(abort, 'UNIQUE constraint failed: refund_check.rowid') where exists (select 1 from refund_check where rowid = new.rowid);
end;
create trigger refund_check_end_stays before delete on refund_check_end begin select raise(abort, 'refund_check_end: never changes'); end;
create trigger refund_check_end_same before update on refund_check_end begin select raise(abort, 'refund_check_end: never changes'); end;
create trigger refund_check_end_once before insert on refund_check_end begin
    select raise(abort, 'UNIQUE constraint failed: refund_check_end.entry_id, refund_check_end.nth') where exists (select 1 from refund_check_end where entry_id = new.entry_id and nth = new.nth);
    select raise(abort, 'UNIQUE constraint failed: refund_check_end.rowid') where exists (select 1 from refund_check_end where rowid = new.rowid);
end;
create trigger refund_end_stays before delete on refund_end begin select raise(abort, 'refund_end: never changes'); end;
create trigger refund_end_same before update on refund_end begin select raise(abort, 'refund_end: never changes'); end;
create trigger refund_end_once before insert on refund_end begin
    select raise(abort, 'UNIQUE constraint failed: refund_end.entry_id') where exists (select 1 from refund_end where entry_id = new.entry_id);
end;
create trigger unclaimed_stays before delete on unclaimed begin select raise(abort, 'unclaimed: never changes'); end;
create trigger unclaimed_same before update on unclaimed begin select raise(abort, 'unclaimed: never changes'); end;
create trigger unclaimed_once before insert on unclaimed begin
    select raise(abort, 'UNIQUE constraint failed: unclaimed.key') where exists (select 1 from unclaimed where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: unclaimed.rowid') where exists (select 1 from unclaimed where rowid = new.rowid);
end;
create trigger unclaimed_remittance_stays before delete on unclaimed_remittance begin select raise(abort, 'unclaimed_remittance: never changes'); end;
create trigger unclaimed_remittance_same before update on unclaimed_remittance begin select raise(abort, 'unclaimed_remittance: never changes'); end;
create trigger unclaimed_remittance_once before insert on unclaimed_remittance begin
    select raise(abort, 'UNIQUE constraint failed: unclaimed_remittance.reference') where exists (select 1 from unclaimed_remittance where reference = new.reference);
    select raise(abort, 'UNIQUE constraint failed: unclaimed_remittance.rowid') where exists (select 1 from unclaimed_remittance where rowid = new.rowid);
end;
create trigger unclaimed_end_stays before delete on unclaimed_end begin select raise(abort, 'unclaimed_end: never changes'); end;
create trigger unclaimed_end_same before update on unclaimed_end begin select raise(abort, 'unclaimed_end: never changes'); end;
create trigger unclaimed_end_once before insert on unclaimed_end begin
    select raise(abort, 'UNIQUE constraint failed: unclaimed_end.key') where exists (select 1 from unclaimed_end where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: unclaimed_end.rowid') where exists (select 1 from unclaimed_end where rowid = new.rowid);
end;
-- +postgres
create trigger refund_check_stays before update or delete on refund_check for each row execute function never_changes();
create trigger refund_check_all before truncate on refund_check for each statement execute function never_changes();
create trigger refund_check_end_stays before update or delete on refund_check_end for each row execute function never_changes();
create trigger refund_check_end_all before truncate on refund_check_end for each statement execute function never_changes();
create trigger refund_end_stays before update or delete on refund_end for each row execute function never_changes();
create trigger refund_end_all before truncate on refund_end for each statement execute function never_changes();
create trigger unclaimed_stays before update or delete on unclaimed for each row execute function never_changes();
create trigger unclaimed_all before truncate on unclaimed for each statement execute function never_changes();
create trigger unclaimed_remittance_stays before update or delete on unclaimed_remittance for each row execute function never_changes();
create trigger unclaimed_remittance_all before truncate on unclaimed_remittance for each statement execute function never_changes();
create trigger unclaimed_end_stays before update or delete on unclaimed_end for each row execute function never_changes();
create trigger unclaimed_end_all before truncate on unclaimed_end for each statement execute function never_changes();
-- +both
