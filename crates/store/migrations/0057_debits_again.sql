-- What comes back of debits and what follows: a fee, another try, cash only; prenotes, which try a mandate
-- before money is taken by it; corrections that banks ask for; and the switch that stops all of it.

-- A debit that came back may be tried twice more: each time is a debit of its own.
-- +sqlite
create table debit_item_of (
    id bigint primary key,
    file_id bigint not null references debit_file (id),
    mandate_id bigint not null references mandate (id),
    version bigint not null,
    bill_id bigint not null references bill (id),
    nth bigint not null check (nth between 1 and 3),
    amount_cents bigint not null check (0 < amount_cents),
    tender_id bigint not null unique references tender (id),
    unique (bill_id, mandate_id, nth)
);
insert into debit_item_of select id, file_id, mandate_id, version, bill_id, 1, amount_cents, tender_id from debit_item order by id;
drop table debit_item;
alter table debit_item_of rename to debit_item;
create index debit_item_file on debit_item (file_id);
create index debit_item_mandate on debit_item (mandate_id);
create trigger debit_item_stays before delete on debit_item begin select raise(abort, 'debit_item: never changes'); end;
create trigger debit_item_same before update on debit_item begin select raise(abort, 'debit_item: never changes'); end;
create trigger debit_item_once before insert on debit_item begin
    select raise(abort, 'UNIQUE constraint failed: debit_item.id') where exists (select 1 from debit_item where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: debit_item.tender_id') where exists (select 1 from debit_item where tender_id = new.tender_id);
    select raise(abort, 'UNIQUE constraint failed: debit_item.bill_id, debit_item.mandate_id, debit_item.nth') where exists (select 1 from debit_item where bill_id = new.bill_id and mandate_id = new.mandate_id and nth = new.nth);
end;
-- +postgres
alter table debit_item add column nth bigint not null default 1 check (nth between 1 and 3);
alter table debit_item alter column nth drop default;
alter table debit_item drop constraint debit_item_bill_id_mandate_id_key;
alter table debit_item add constraint debit_item_once unique (bill_id, mandate_id, nth);
-- +both

-- Entries without an amount: whether there is such an account. Files and entries are numbered with those
-- of debits, so that no trace is in two files.
create table prenote_file (
    id bigint primary key,
    settle_on text not null,
    made_at bigint not null,
    items bigint not null check (0 < items)
);
create table prenote (
    id bigint primary key,
    file_id bigint not null references prenote_file (id),
    mandate_id bigint not null,
    version bigint not null,
    unique (mandate_id, version),
    foreign key (mandate_id, version) references mandate_version (mandate_id, version)
);
create index prenote_of on prenote (file_id);
create table prenote_written (
    file_id bigint primary key references prenote_file (id),
    sha256 text not null unique
);
create table prenote_return (
    prenote_id bigint primary key references prenote (id),
    code text not null,
    returned_on text not null
);

-- What a bank asked to have corrected, by which debit or prenote: done once, whatever a customer says
-- later. The version is the one that it made.
create table mandate_correction (
    sent_id bigint not null,
    code text not null,
    mandate_id bigint not null,
    version bigint not null,
    primary key (sent_id, code),
    foreign key (mandate_id, version) references mandate_version (mandate_id, version)
);

-- A tender that came back: from whom, why, and what that costs. The account is the one that is asked for
-- the fee and counted against; none where nobody knew whose it was.
create table tender_return (
    tender_id bigint primary key references tender (id),
    account_id bigint references account (id),
    code text not null,
    returned_on text not null,
    fee_cents bigint not null check (0 <= fee_cents)
);
create index tender_return_account on tender_return (account_id);
-- It was the bank's mistake.
create table tender_return_mistake (
    tender_id bigint primary key references tender_return (tender_id),
    said_on text not null,
    why text not null
);
-- Who may pay by check and debit again before their time is over: what came back before that day does
-- not count any more.
create table cash_only_lift (
    account_id bigint not null references account (id),
    lifted_on text not null,
    why text not null,
    primary key (account_id, lifted_on)
);

-- Debits that are stopped, and let go on again.
create table debit_switch (
    nth bigint primary key,
    stopped bigint not null check (stopped in (0, 1)),
    at bigint not null,
    why text not null
);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger prenote_file_stays before delete on prenote_file begin select raise(abort, 'prenote_file: never changes'); end;
create trigger prenote_file_same before update on prenote_file begin select raise(abort, 'prenote_file: never changes'); end;
create trigger prenote_file_once before insert on prenote_file begin
    select raise(abort, 'UNIQUE constraint failed: prenote_file.id') where exists (select 1 from prenote_file where id = new.id);
end;
create trigger prenote_stays before delete on prenote begin select raise(abort, 'prenote: never changes'); end;
create trigger prenote_same before update on prenote begin select raise(abort, 'prenote: never changes'); end;
create trigger prenote_once before insert on prenote begin
    select raise(abort, 'UNIQUE constraint failed: prenote.id') where exists (select 1 from prenote where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: prenote.mandate_id, prenote.version') where exists (select 1 from prenote where mandate_id = new.mandate_id and version = new.version);
end;
create trigger prenote_written_stays before delete on prenote_written begin select raise(abort, 'prenote_written: never changes'); end;
create trigger prenote_written_same before update on prenote_written begin select raise(abort, 'prenote_written: never changes'); end;
create trigger prenote_written_once before insert on prenote_written begin
    select raise(abort, 'UNIQUE constraint failed: prenote_written.file_id') where exists (select 1 from prenote_written where file_id = new.file_id);
    select raise(abort, 'UNIQUE constraint failed: prenote_written.sha256') where exists (select 1 from prenote_written where sha256 = new.sha256);
end;
create trigger prenote_return_stays before delete on prenote_return begin select raise(abort, 'prenote_return: never changes'); end;
create trigger prenote_return_same before update on prenote_return begin select raise(abort, 'prenote_return: never changes'); end;
create trigger prenote_return_once before insert on prenote_return begin
    select raise(abort, 'UNIQUE constraint failed: prenote_return.prenote_id') where exists (select 1 from prenote_return where prenote_id = new.prenote_id);
end;
create trigger mandate_correction_stays before delete on mandate_correction begin select raise(abort, 'mandate_correction: never changes'); end;
create trigger mandate_correction_same before update on mandate_correction begin select raise(abort, 'mandate_correction: never changes'); end;
create trigger mandate_correction_once before insert on mandate_correction begin
    select raise(abort, 'UNIQUE constraint failed: mandate_correction.sent_id, mandate_correction.code') where exists (select 1 from mandate_correction where sent_id = new.sent_id and code = new.code);
    select raise(abort, 'UNIQUE constraint failed: mandate_correction.rowid') where exists (select 1 from mandate_correction where rowid = new.rowid);
end;
create trigger tender_return_stays before delete on tender_return begin select raise(abort, 'tender_return: never changes'); end;
create trigger tender_return_same before update on tender_return begin select raise(abort, 'tender_return: never changes'); end;
create trigger tender_return_once before insert on tender_return begin
    select raise(abort, 'UNIQUE constraint failed: tender_return.tender_id') where exists (select 1 from tender_return where tender_id = new.tender_id);
end;
create trigger tender_return_mistake_stays before delete on tender_return_mistake begin select raise(abort, 'tender_return_mistake: never changes'); end;
create trigger tender_return_mistake_same before update on tender_return_mistake begin select raise(abort, 'tender_return_mistake: never changes'); end;
create trigger tender_return_mistake_once before insert on tender_return_mistake begin
    select raise(abort, 'UNIQUE constraint failed: tender_return_mistake.tender_id') where exists (select 1 from tender_return_mistake where tender_id = new.tender_id);
end;
create trigger cash_only_lift_stays before delete on cash_only_lift begin select raise(abort, 'cash_only_lift: never changes'); end;
create trigger cash_only_lift_same before update on cash_only_lift begin select raise(abort, 'cash_only_lift: never changes'); end;
create trigger cash_only_lift_once before insert on cash_only_lift begin
    select raise(abort, 'UNIQUE constraint failed: cash_only_lift.account_id, cash_only_lift.lifted_on') where exists (select 1 from cash_only_lift where account_id = new.account_id and lifted_on = new.lifted_on);
    select raise(abort, 'UNIQUE constraint failed: cash_only_lift.rowid') where exists (select 1 from cash_only_lift where rowid = new.rowid);
end;
create trigger debit_switch_stays before delete on debit_switch begin select raise(abort, 'debit_switch: never changes'); end;
create trigger debit_switch_same before update on debit_switch begin select raise(abort, 'debit_switch: never changes'); end;
create trigger debit_switch_once before insert on debit_switch begin
    select raise(abort, 'UNIQUE constraint failed: debit_switch.nth') where exists (select 1 from debit_switch where nth = new.nth);
end;
-- +postgres
create trigger prenote_file_stays before update or delete on prenote_file for each row execute function never_changes();
create trigger prenote_file_all before truncate on prenote_file for each statement execute function never_changes();
create trigger prenote_stays before update or delete on prenote for each row execute function never_changes();
create trigger prenote_all before truncate on prenote for each statement execute function never_changes();
create trigger prenote_written_stays before update or delete on prenote_written for each row execute function never_changes();
create trigger prenote_written_all before truncate on prenote_written for each statement execute function never_changes();
create trigger prenote_return_stays before update or delete on prenote_return for each row execute function never_changes();
create trigger prenote_return_all before truncate on prenote_return for each statement execute function never_changes();
create trigger mandate_correction_stays before update or delete on mandate_correction for each row execute function never_changes();
create trigger mandate_correction_all before truncate on mandate_correction for each statement execute function never_changes();
create trigger tender_return_stays before update or delete on tender_return for each row execute function never_changes();
create trigger tender_return_all before truncate on tender_return for each statement execute function never_changes();
create trigger tender_return_mistake_stays before update or delete on tender_return_mistake for each row execute function never_changes();
create trigger tender_return_mistake_all before truncate on tender_return_mistake for each statement execute function never_changes();
create trigger cash_only_lift_stays before update or delete on cash_only_lift for each row execute function never_changes();
create trigger cash_only_lift_all before truncate on cash_only_lift for each statement execute function never_changes();
create trigger debit_switch_stays before update or delete on debit_switch for each row execute function never_changes();
create trigger debit_switch_all before truncate on debit_switch for each statement execute function never_changes();
-- +both
