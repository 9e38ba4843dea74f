-- Drawers of cashiers, batches of payments with what they must come to, and the journal: what each day
-- took into the general ledger.

-- A cashier's drawer, from its opening to its close.
create table drawer (
    id bigint primary key,
    staff_id bigint not null references staff (id),
    opened_on text not null,
    opened_at bigint not null,
    float_cents bigint not null check (0 <= float_cents)
);
create index drawer_staff on drawer (staff_id);
create table drawer_close (
    drawer_id bigint primary key references drawer (id),
    closed_at bigint not null,
    counts text not null,
    counted_cents bigint not null,
    expected_cents bigint not null,
    why text not null
);
create table receipt_drawer (
    receipt_id bigint primary key references receipt (id),
    drawer_id bigint not null references drawer (id)
);
create index receipt_drawer_of on receipt_drawer (drawer_id);

-- Payments that were entered together, with the count and the sum that were said beforehand.
create table payment_batch (
    id bigint primary key,
    name text not null,
    sha256 text unique,
    lines bigint not null,
    total_cents bigint not null,
    posted_at bigint not null
);
create table payment_batch_receipt (
    receipt_id bigint primary key references receipt (id),
    batch_id bigint not null references payment_batch (id),
    line bigint not null
);
create index payment_batch_receipt_of on payment_batch_receipt (batch_id);

-- One day's journal: every entry newer than the last journal's, up to and with this one. The day is
-- their posting date, whatever day they count from.
create table journal (
    number bigint primary key,
    closed_on text not null unique,
    through_entry bigint not null,
    entries bigint not null,
    debit_cents bigint not null,
    closed_at bigint not null
);

-- A month takes no journal without a reason after its soft close, and none after its hard one.
create table month_close (
    month text not null,
    level text not null check (level in ('soft', 'hard')),
    closed_at bigint not null,
    why text not null,
    primary key (month, level)
);

-- What was looked at when a day or a month was closed, and what was found.
create table close_evidence (
    subject text not null,
    position bigint not null,
    step text not null,
    said text not null,
    primary key (subject, position)
);

-- How a utility calls the accounts of its general ledger, as it says from a day on.
create table chart (
    from_on text primary key,
    text text not null
);

-- What the database itself refuses ----------------------------------------------------------------

-- +sqlite
create trigger drawer_open before insert on drawer
when exists (
    select 1 from drawer d where d.staff_id = new.staff_id
      and not exists (select 1 from drawer_close c where c.drawer_id = d.id))
begin select raise(abort, 'drawer: one is open'); end;
create trigger entry_sealed before insert on entry
when new.id <= (select through_entry from journal order by number desc limit 1)
  and not exists (select 1 from entry where id = new.id or (key = new.key and kind = new.kind))
begin select raise(abort, 'entry: its journal is closed'); end;
create trigger journal_follows before insert on journal
when not exists (select 1 from journal where number = new.number or closed_on = new.closed_on)
  and (exists (
    select 1 from journal j
    where new.number <= j.number or new.closed_on <= j.closed_on or new.through_entry < j.through_entry)
  or exists (select 1 from month_close m where m.level = 'hard' and substr(new.closed_on, 1, 7) <= m.month))
begin select raise(abort, 'journal: its month is closed'); end;
-- +postgres
create function drawer_open() returns trigger language plpgsql as $$
begin
    -- Whoever opens a drawer for the same cashier waits here.
    perform 1 from staff where id = new.staff_id for no key update;
    if exists (
        select 1 from drawer d where d.staff_id = new.staff_id
          and not exists (select 1 from drawer_close c where c.drawer_id = d.id))
    then
        raise exception 'drawer: one is open';
    end if;
    return new;
end $$;
create trigger drawer_open before insert on drawer for each row execute function drawer_open();
create function entry_sealed() returns trigger language plpgsql as $$
begin
    if new.id <= (select through_entry from journal order by number desc limit 1) then
        raise exception 'entry: its journal is closed';
    end if;
    return new;
end $$;
create trigger entry_sealed before insert on entry for each row execute function entry_sealed();
create function journal_follows() returns trigger language plpgsql as $$
begin
    if exists (
        select 1 from journal j
        where new.number <= j.number or new.closed_on <= j.closed_on or new.through_entry < j.through_entry)
      or exists (select 1 from month_close m where m.level = 'hard' and substr(new.closed_on, 1, 7) <= m.month)
    then
        raise exception 'journal: its month is closed';
    end if;
    return new;
end $$;
create trigger journal_follows before insert on journal for each row execute function journal_follows();
-- +both

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger drawer_stays before delete on drawer begin select raise(abort, 'drawer: never changes'); end;
create trigger drawer_same before update on drawer begin select raise(abort, 'drawer: never changes'); end;
create trigger drawer_once before insert on drawer begin
    select raise(abort, 'UNIQUE constraint failed: drawer.id') where exists (select 1 from drawer where id = new.id);
end;
create trigger drawer_close_stays before delete on drawer_close begin select raise(abort, 'drawer_close: never changes'); end;
create trigger drawer_close_same before update on drawer_close begin select raise(abort, 'drawer_close: never changes'); end;
create trigger drawer_close_once before insert on drawer_close begin
    select raise(abort, 'UNIQUE constraint failed: drawer_close.drawer_id') where exists (select 1 from drawer_close where drawer_id = new.drawer_id);
end;
create trigger receipt_drawer_stays before delete on receipt_drawer begin select raise(abort, 'receipt_drawer: never changes'); end;
create trigger receipt_drawer_same before update on receipt_drawer begin select raise(abort, 'receipt_drawer: never changes'); end;
create trigger receipt_drawer_once before insert on receipt_drawer begin
    select raise(abort, 'UNIQUE constraint failed: receipt_drawer.receipt_id') where exists (select 1 from receipt_drawer where receipt_id = new.receipt_id);
end;
create trigger payment_batch_stays before delete on payment_batch begin select raise(abort, 'payment_batch: never changes'); end;
create trigger payment_batch_same before update on payment_batch begin select raise(abort, 'payment_batch: never changes'); end;
create trigger payment_batch_once before insert on payment_batch begin
    select raise(abort, 'UNIQUE constraint failed: payment_batch.id') where exists (select 1 from payment_batch where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: payment_batch.sha256') where exists (select 1 from payment_batch where sha256 = new.sha256);
end;
create trigger payment_batch_receipt_stays before delete on payment_batch_receipt begin select raise(abort, 'payment_batch_receipt: never changes'); end;
create trigger payment_batch_receipt_same before update on payment_batch_receipt begin select raise(abort, 'payment_batch_receipt: never changes'); end;
create trigger payment_batch_receipt_once before insert on payment_batch_receipt begin
    select raise(abort, 'UNIQUE constraint failed: payment_batch_receipt.receipt_id') where exists (select 1 from payment_batch_receipt where receipt_id = new.receipt_id);
end;
create trigger journal_stays before delete on journal begin select raise(abort, 'journal: never changes'); end;
create trigger journal_same before update on journal begin select raise(abort, 'journal: never changes'); end;
create trigger journal_once before insert on journal begin
    select raise(abort, 'UNIQUE constraint failed: journal.number') where exists (select 1 from journal where number = new.number);
    select raise(abort, 'UNIQUE constraint failed: journal.closed_on') where exists (select 1 from journal where closed_on = new.closed_on);
end;
create trigger month_close_stays before delete on month_close begin select raise(abort, 'month_close: never changes'); end;
create trigger month_close_same before update on month_close begin select raise(abort, 'month_close: never changes'); end;
create trigger month_close_once before insert on month_close begin
    select raise(abort, 'UNIQUE constraint failed: month_close.month, month_close.level') where exists (select 1 from month_close where month = new.month and level = new.level);
    select raise(abort, 'UNIQUE constraint failed: month_close.rowid') where exists (select 1 from month_close where rowid = new.rowid);
end;
create trigger close_evidence_stays before delete on close_evidence begin select raise(abort, 'close_evidence: never changes'); end;
create trigger close_evidence_same before update on close_evidence begin select raise(abort, 'close_evidence: never changes'); end;
create trigger close_evidence_once before insert on close_evidence begin
    select raise(abort, 'UNIQUE constraint failed: close_evidence.subject, close_evidence.position') where exists (select 1 from close_evidence where subject = new.subject and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: close_evidence.rowid') where exists (select 1 from close_evidence where rowid = new.rowid);
end;
create trigger chart_stays before delete on chart begin select raise(abort, 'chart: never changes'); end;
create trigger chart_same before update on chart begin select raise(abort, 'chart: never changes'); end;
create trigger chart_once before insert on chart begin
    select raise(abort, 'UNIQUE constraint failed: chart.from_on') where exists (select 1 from chart where from_on = new.from_on);
    select raise(abort, 'UNIQUE constraint failed: chart.rowid') where exists (select 1 from chart where rowid = new.rowid);
end;
-- +postgres
create trigger drawer_stays before update or delete on drawer for each row execute function never_changes();
create trigger drawer_all before truncate on drawer for each statement execute function never_changes();
create trigger drawer_close_stays before update or delete on drawer_close for each row execute function never_changes();
create trigger drawer_close_all before truncate on drawer_close for each statement execute function never_changes();
create trigger receipt_drawer_stays before update or delete on receipt_drawer for each row execute function never_changes();
create trigger receipt_drawer_all before truncate on receipt_drawer for each statement execute function never_changes();
create trigger payment_batch_stays before update or delete on payment_batch for each row execute function never_changes();
create trigger payment_batch_all before truncate on payment_batch for each statement execute function never_changes();
create trigger payment_batch_receipt_stays before update or delete on payment_batch_receipt for each row execute function never_changes();
create trigger payment_batch_receipt_all before truncate on payment_batch_receipt for each statement execute function never_changes();
create trigger journal_stays before update or delete on journal for each row execute function never_changes();
create trigger journal_all before truncate on journal for each statement execute function never_changes();
create trigger month_close_stays before update or delete on month_close for each row execute function never_changes();
create trigger month_close_all before truncate on month_close for each statement execute function never_changes();
create trigger close_evidence_stays before update or delete on close_evidence for each row execute function never_changes();
create trigger close_evidence_all before truncate on close_evidence for each statement execute function never_changes();
create trigger chart_stays before update or delete on chart for each row execute function never_changes();
create trigger chart_all before truncate on chart for each statement execute function never_changes();
-- +both
