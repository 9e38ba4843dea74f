-- What the engine says of a line, and what is paid of banks after the last bill.

-- Apart from the label, as a word and not as a text in one language: 'tier 2', 'carried'. Lines kept
-- before have null, and the English words in their label.
alter table bill_line add column note text;

-- Service ended on the day through which it was billed, and its last bill did not know of it: what
-- that bill would have paid of its banks. Its entry has the agreement and the day as its key.
create table settlement (
    agreement_id bigint primary key references agreement (id),
    account_id bigint not null references account (id),
    bill_id bigint not null references bill (id),
    settled_on text not null,
    amount_cents bigint not null
);

-- +sqlite
create trigger settlement_stays before delete on settlement begin select raise(abort, 'settlement: never changes'); end;
create trigger settlement_same before update on settlement begin select raise(abort, 'settlement: never changes'); end;
create trigger settlement_once before insert on settlement begin
    select raise(abort, 'UNIQUE constraint failed: settlement.agreement_id') where exists (select 1 from settlement where agreement_id = new.agreement_id);
end;
-- +postgres
create trigger settlement_stays before update or delete on settlement for each row execute function never_changes();
create trigger settlement_all before truncate on settlement for each statement execute function never_changes();
-- +both
