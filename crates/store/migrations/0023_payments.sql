-- Payments: what came in at once, what it came in, for whom and for what, and what became of it. What
-- is owed and what is a credit is worked out of entries and allocations; no column says so.

-- A side of an entry may be nobody's, such as money that is not yet known to be anybody's.
-- +sqlite
create table posting_of (
    entry_id bigint not null references entry (id),
    position bigint not null,
    gl text not null,
    account_id bigint references account (id),
    amount_cents bigint not null,
    primary key (entry_id, position)
);
insert into posting_of select entry_id, position, gl, account_id, amount_cents from posting order by rowid;
drop table posting;
alter table posting_of rename to posting;
create index posting_account on posting (account_id, gl);
create trigger posting_stays before delete on posting begin select raise(abort, 'posting: never changes'); end;
create trigger posting_same before update on posting begin select raise(abort, 'posting: never changes'); end;
create trigger posting_once before insert on posting begin
    select raise(abort, 'UNIQUE constraint failed: posting.entry_id, posting.position') where exists (select 1 from posting where entry_id = new.entry_id and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: posting.rowid') where exists (select 1 from posting where rowid = new.rowid);
end;
-- +postgres
alter table posting alter column account_id drop not null;
-- +both

create table receipt (
    id bigint primary key,
    received_on text not null,
    taken_at bigint not null,
    amount_cents bigint not null check (0 < amount_cents)
);

create table tender (
    id bigint primary key,
    receipt_id bigint not null references receipt (id),
    kind text not null,
    amount_cents bigint not null check (0 < amount_cents),
    reference text not null
);
create index tender_receipt on tender (receipt_id);

-- A payment is what of one tender was for one account. A payment that was moved leaves its tender to
-- the one that it became.
create table payment_tender (
    payment_id bigint primary key references payment (id),
    tender_id bigint not null references tender (id)
);
create index payment_tender_of on payment_tender (tender_id);

-- What a payment was meant for: entries by which its account owes.
create table payment_allocation (
    payment_id bigint not null references payment (id),
    position bigint not null,
    entry_id bigint not null references entry (id),
    amount_cents bigint not null check (0 < amount_cents),
    primary key (payment_id, position)
);

-- Money of which nobody knows yet whose it is, and what became of it, once.
create table suspense (
    id bigint primary key,
    tender_id bigint not null references tender (id),
    amount_cents bigint not null check (0 < amount_cents),
    held_on text not null,
    said text not null,
    key text not null unique
);
create table suspense_end (
    suspense_id bigint primary key references suspense (id),
    how text not null check (how in ('matched', 'returned')),
    ended_on text not null,
    payment_id bigint unique references payment (id),
    why text not null,
    check ((how = 'matched') = (payment_id is not null))
);

-- A payment is taken back once.
create table payment_reversal (
    payment_id bigint primary key references payment (id),
    how text not null check (how in ('voided', 'returned', 'moved')),
    reversed_on text not null,
    moved_to bigint unique references payment (id),
    why text not null,
    check ((how = 'moved') = (moved_to is not null))
);

create view standing_payment as
select y.* from payment y where not exists (select 1 from payment_reversal r where r.payment_id = y.id);

-- A credit that was given back or went to another account.
create table credit_use (
    id bigint primary key,
    kind text not null check (kind in ('refund', 'transfer')),
    account_id bigint not null references account (id),
    to_account_id bigint references account (id),
    amount_cents bigint not null check (0 < amount_cents),
    used_on text not null,
    key text not null unique,
    why text not null,
    check ((kind = 'transfer') = (to_account_id is not null)
        and (to_account_id is null or to_account_id <> account_id))
);
create index credit_use_account on credit_use (account_id);
create index credit_use_to on credit_use (to_account_id);

-- Which of what is owed a payment is for, as the utility says from a day on.
create table allocation_rule (
    from_on text primary key,
    text text not null
);

-- What was paid before this came in one tender each.
insert into receipt (id, received_on, taken_at, amount_cents)
    select id, paid_on, 0, amount_cents from payment;
insert into tender (id, receipt_id, kind, amount_cents, reference)
    select id, id, tender, amount_cents, reference from payment;
insert into payment_tender (payment_id, tender_id) select id, id from payment;
insert into counter (name, last) select 'receipt', max(id) from payment having count(*) > 0;
insert into counter (name, last) select 'tender', max(id) from payment having count(*) > 0;

insert into role_permission (role, permission, limit_cents, four_eyes, from_at) values
    ('collector', 'match-payments', null, 0, 0),
    ('collector', 'reverse-payments', null, 0, 0),
    ('accountant', 'match-payments', null, 0, 0),
    ('accountant', 'reverse-payments', null, 0, 0),
    ('accountant', 'refund-credit', 50000, 1, 0),
    ('accountant', 'keep-books', null, 0, 0),
    ('administrator', 'match-payments', null, 0, 0),
    ('administrator', 'reverse-payments', null, 0, 0),
    ('administrator', 'refund-credit', 500000, 1, 0),
    ('administrator', 'keep-books', null, 0, 0);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger receipt_stays before delete on receipt begin select raise(abort, 'receipt: never changes'); end;
create trigger receipt_same before update on receipt begin select raise(abort, 'receipt: never changes'); end;
create trigger receipt_once before insert on receipt begin
    select raise(abort, 'UNIQUE constraint failed: receipt.id') where exists (select 1 from receipt where id = new.id);
end;
create trigger tender_stays before delete on tender begin select raise(abort, 'tender: never changes'); end;
create trigger tender_same before update on tender begin select raise(abort, 'tender: never changes'); end;
create trigger tender_once before insert on tender begin
    select raise(abort, 'UNIQUE constraint failed: tender.id') where exists (select 1 from tender where id = new.id);
end;
create trigger payment_tender_stays before delete on payment_tender begin select raise(abort, 'payment_tender: never changes'); end;
create trigger payment_tender_same before update on payment_tender begin select raise(abort, 'payment_tender: never changes'); end;
create trigger payment_tender_once before insert on payment_tender begin
    select raise(abort, 'UNIQUE constraint failed: payment_tender.payment_id') where exists (select 1 from payment_tender where payment_id = new.payment_id);
end;
create trigger suspense_stays before delete on suspense begin select raise(abort, 'suspense: never changes'); end;
create trigger suspense_same before update on suspense begin select raise(abort, 'suspense: never changes'); end;
create trigger suspense_once before insert on suspense begin
    select raise(abort, 'UNIQUE constraint failed: suspense.id') where exists (select 1 from suspense where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: suspense.key') where exists (select 1 from suspense where key = new.key);
end;
create trigger suspense_end_stays before delete on suspense_end begin select raise(abort, 'suspense_end: never changes'); end;
create trigger suspense_end_same before update on suspense_end begin select raise(abort, 'suspense_end: never changes'); end;
create trigger suspense_end_once before insert on suspense_end begin
    select raise(abort, 'UNIQUE constraint failed: suspense_end.suspense_id') where exists (select 1 from suspense_end where suspense_id = new.suspense_id);
    select raise(abort, 'UNIQUE constraint failed: suspense_end.payment_id') where exists (select 1 from suspense_end where payment_id = new.payment_id);
end;
create trigger payment_reversal_stays before delete on payment_reversal begin select raise(abort, 'payment_reversal: never changes'); end;
create trigger payment_reversal_same before update on payment_reversal begin select raise(abort, 'payment_reversal: never changes'); end;
create trigger payment_reversal_once before insert on payment_reversal begin
    select raise(abort, 'UNIQUE constraint failed: payment_reversal.payment_id') where exists (select 1 from payment_reversal where payment_id = new.payment_id);
    select raise(abort, 'UNIQUE constraint failed: payment_reversal.moved_to') where exists (select 1 from payment_reversal where moved_to = new.moved_to);
end;
create trigger payment_allocation_stays before delete on payment_allocation begin select raise(abort, 'payment_allocation: never changes'); end;
create trigger payment_allocation_same before update on payment_allocation begin select raise(abort, 'payment_allocation: never changes'); end;
create trigger payment_allocation_once before insert on payment_allocation begin
    select raise(abort, 'UNIQUE constraint failed: payment_allocation.payment_id, payment_allocation.position') where exists (select 1 from payment_allocation where payment_id = new.payment_id and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: payment_allocation.rowid') where exists (select 1 from payment_allocation where rowid = new.rowid);
end;
create trigger credit_use_stays before delete on credit_use begin select raise(abort, 'credit_use: never changes'); end;
create trigger credit_use_same before update on credit_use begin select raise(abort, 'credit_use: never changes'); end;
create trigger credit_use_once before insert on credit_use begin
    select raise(abort, 'UNIQUE constraint failed: credit_use.id') where exists (select 1 from credit_use where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: credit_use.key') where exists (select 1 from credit_use where key = new.key);
end;
create trigger allocation_rule_stays before delete on allocation_rule begin select raise(abort, 'allocation_rule: never changes'); end;
create trigger allocation_rule_same before update on allocation_rule begin select raise(abort, 'allocation_rule: never changes'); end;
create trigger allocation_rule_once before insert on allocation_rule begin
    select raise(abort, 'UNIQUE constraint failed: allocation_rule.from_on') where exists (select 1 from allocation_rule where from_on = new.from_on);
    select raise(abort, 'UNIQUE constraint failed: allocation_rule.rowid') where exists (select 1 from allocation_rule where rowid = new.rowid);
end;
-- +postgres
create trigger receipt_stays before update or delete on receipt for each row execute function never_changes();
create trigger receipt_all before truncate on receipt for each statement execute function never_changes();
create trigger tender_stays before update or delete on tender for each row execute function never_changes();
create trigger tender_all before truncate on tender for each statement execute function never_changes();
create trigger payment_tender_stays before update or delete on payment_tender for each row execute function never_changes();
create trigger payment_tender_all before truncate on payment_tender for each statement execute function never_changes();
create trigger suspense_stays before update or delete on suspense for each row execute function never_changes();
create trigger suspense_all before truncate on suspense for each statement execute function never_changes();
create trigger suspense_end_stays before update or delete on suspense_end for each row execute function never_changes();
create trigger suspense_end_all before truncate on suspense_end for each statement execute function never_changes();
create trigger payment_reversal_stays before update or delete on payment_reversal for each row execute function never_changes();
create trigger payment_reversal_all before truncate on payment_reversal for each statement execute function never_changes();
create trigger payment_allocation_stays before update or delete on payment_allocation for each row execute function never_changes();
create trigger payment_allocation_all before truncate on payment_allocation for each statement execute function never_changes();
create trigger credit_use_stays before update or delete on credit_use for each row execute function never_changes();
create trigger credit_use_all before truncate on credit_use for each statement execute function never_changes();
create trigger allocation_rule_stays before update or delete on allocation_rule for each row execute function never_changes();
create trigger allocation_rule_all before truncate on allocation_rule for each statement execute function never_changes();
-- +both
