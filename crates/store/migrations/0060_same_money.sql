-- What came before in the same tender is looked for with each payment; a fee for being late may be asked
-- for again; what a charge stands for may have been due before it.

create index tender_reference on tender (reference);
create index suspense_tender on suspense (tender_id);

-- A fee that was taken back as paid is asked for again where the payment comes back.
create table late_fee_again (
    bill_id bigint not null,
    nth bigint not null,
    position bigint not null,
    again_on text not null,
    amount_cents bigint not null check (0 < amount_cents),
    why text not null,
    primary key (bill_id, nth, position),
    foreign key (bill_id, nth) references late_fee (bill_id, nth)
);

-- Since when what a charge stands for was due: debt that another account owes now, or that was given up.
create table charge_since (
    key text primary key references charge (key),
    due_on text not null
);

-- +sqlite
create trigger charge_since_stays before delete on charge_since begin select raise(abort, 'charge_since: never changes'); end;
create trigger charge_since_same before update on charge_since begin select raise(abort, 'charge_since: never changes'); end;
create trigger charge_since_once before insert on charge_since begin
    select raise(abort, 'UNIQUE constraint failed: charge_since.key') where exists (select 1 from charge_since where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: charge_since.rowid') where exists (select 1 from charge_since where rowid = new.rowid);
end;
create trigger late_fee_again_stays before delete on late_fee_again begin select raise(abort, 'late_fee_again: never changes'); end;
create trigger late_fee_again_same before update on late_fee_again begin select raise(abort, 'late_fee_again: never changes'); end;
create trigger late_fee_again_once before insert on late_fee_again begin
    select raise(abort, 'UNIQUE constraint failed: late_fee_again.bill_id, late_fee_again.nth, late_fee_again.position') where exists (select 1 from late_fee_again where bill_id = new.bill_id and nth = new.nth and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: late_fee_again.rowid') where exists (select 1 from late_fee_again where rowid = new.rowid);
end;
-- +postgres
create trigger charge_since_stays before update or delete on charge_since for each row execute function never_changes();
create trigger charge_since_all before truncate on charge_since for each statement execute function never_changes();
create trigger late_fee_again_stays before update or delete on late_fee_again for each row execute function never_changes();
create trigger late_fee_again_all before truncate on late_fee_again for each statement execute function never_changes();
-- +both
