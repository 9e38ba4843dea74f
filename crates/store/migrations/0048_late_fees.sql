-- What being late costs: once for each turn of a bill. The key says so, whoever asks.

create table late_fee (
    bill_id bigint not null references bill (id),
    nth bigint not null check (0 < nth),
    account_id bigint not null references account (id),
    late_on text not null,
    open_cents bigint not null check (0 < open_cents),
    fee_cents bigint not null check (0 < fee_cents),
    primary key (bill_id, nth)
);
create index late_fee_account on late_fee (account_id);

-- What of it is not asked for after all, and why: a payment that turned up, or somebody waived it.
create table late_fee_back (
    bill_id bigint not null,
    nth bigint not null,
    position bigint not null,
    how text not null check (how in ('paid', 'waived')),
    back_on text not null,
    amount_cents bigint not null check (0 < amount_cents),
    why text not null,
    primary key (bill_id, nth, position),
    foreign key (bill_id, nth) references late_fee (bill_id, nth)
);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger late_fee_stays before delete on late_fee begin select raise(abort, 'late_fee: never changes'); end;
create trigger late_fee_same before update on late_fee begin select raise(abort, 'late_fee: never changes'); end;
create trigger late_fee_once before insert on late_fee begin
    select raise(abort, 'UNIQUE constraint failed: late_fee.bill_id, late_fee.nth') where exists (select 1 from late_fee where bill_id = new.bill_id and nth = new.nth);
    select raise(abort, 'UNIQUE constraint failed: late_fee.rowid') where exists (select 1 from late_fee where rowid = new.rowid);
end;
create trigger late_fee_back_stays before delete on late_fee_back begin select raise(abort, 'late_fee_back: never changes'); end;
create trigger late_fee_back_same before update on late_fee_back begin select raise(abort, 'late_fee_back: never changes'); end;
create trigger late_fee_back_once before insert on late_fee_back begin
    select raise(abort, 'UNIQUE constraint failed: late_fee_back.bill_id, late_fee_back.nth, late_fee_back.position') where exists (select 1 from late_fee_back where bill_id = new.bill_id and nth = new.nth and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: late_fee_back.rowid') where exists (select 1 from late_fee_back where rowid = new.rowid);
end;
-- +postgres
create trigger late_fee_stays before update or delete on late_fee for each row execute function never_changes();
create trigger late_fee_all before truncate on late_fee for each statement execute function never_changes();
create trigger late_fee_back_stays before update or delete on late_fee_back for each row execute function never_changes();
create trigger late_fee_back_all before truncate on late_fee_back for each statement execute function never_changes();
-- +both
