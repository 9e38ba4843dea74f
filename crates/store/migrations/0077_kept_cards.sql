-- Cards that customers keep to have their bills paid with: the provider's names for them, the brand and the
-- last four digits, and nothing else of a card.

-- What a payer let be kept before they went to the provider's page: the card that they pay with there, and
-- what is charged to it at most at once.
create table card_keeping (
    attempt_id bigint primary key references pay_attempt (id),
    most_cents bigint check (0 < most_cents)
);

create table kept_card (
    id bigint primary key,
    account_id bigint not null references account (id),
    attempt_id bigint not null unique references pay_attempt (id),
    customer text not null,
    method text not null unique,
    brand text not null,
    last_four text not null check (length(last_four) in (0, 4)),
    most_cents bigint check (0 < most_cents),
    from_on text not null
);
create index kept_card_account on kept_card (account_id);

create table kept_card_end (
    card_id bigint primary key references kept_card (id),
    at bigint not null,
    why text not null
);

-- The card of an account that is charged: one at a time.
create table kept_card_now (
    account_id bigint primary key references account (id),
    card_id bigint not null unique references kept_card (id)
);

-- Cards that the provider is to forget: the row goes when it has.
create table kept_card_forget (
    card_id bigint primary key references kept_card (id)
);

-- Attempts to pay by charging a kept card. The same bill is charged to a card again only as another try.
create table card_charge (
    attempt_id bigint primary key references pay_attempt (id),
    card_id bigint not null references kept_card (id),
    bill_id bigint not null references bill (id),
    nth bigint not null check (0 < nth),
    unique (bill_id, card_id, nth)
);

-- Charges that the card's bank refused: that bill is not charged to that card again.
create table card_refused (
    attempt_id bigint primary key references card_charge (attempt_id),
    why text not null
);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger card_keeping_stays before delete on card_keeping begin select raise(abort, 'card_keeping: never changes'); end;
create trigger card_keeping_same before update on card_keeping begin select raise(abort, 'card_keeping: never changes'); end;
create trigger card_keeping_once before insert on card_keeping begin
    select raise(abort, 'UNIQUE constraint failed: card_keeping.attempt_id') where exists (select 1 from card_keeping where attempt_id = new.attempt_id);
end;
create trigger kept_card_stays before delete on kept_card begin select raise(abort, 'kept_card: never changes'); end;
create trigger kept_card_same before update on kept_card begin select raise(abort, 'kept_card: never changes'); end;
create trigger kept_card_once before insert on kept_card begin
    select raise(abort, 'UNIQUE constraint failed: kept_card.id') where exists (select 1 from kept_card where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: kept_card.attempt_id') where exists (select 1 from kept_card where attempt_id = new.attempt_id);
    select raise(abort, 'UNIQUE constraint failed: kept_card.method') where exists (select 1 from kept_card where method = new.method);
end;
create trigger kept_card_end_stays before delete on kept_card_end begin select raise(abort, 'kept_card_end: never changes'); end;
create trigger kept_card_end_same before update on kept_card_end begin select raise(abort, 'kept_card_end: never changes'); end;
create trigger kept_card_end_once before insert on kept_card_end begin
    select raise(abort, 'UNIQUE constraint failed: kept_card_end.card_id') where exists (select 1 from kept_card_end where card_id = new.card_id);
end;
create trigger card_charge_stays before delete on card_charge begin select raise(abort, 'card_charge: never changes'); end;
create trigger card_charge_same before update on card_charge begin select raise(abort, 'card_charge: never changes'); end;
create trigger card_charge_once before insert on card_charge begin
    select raise(abort, 'UNIQUE constraint failed: card_charge.attempt_id') where exists (select 1 from card_charge where attempt_id = new.attempt_id);
    select raise(abort, 'UNIQUE constraint failed: card_charge.bill_id, card_charge.card_id, card_charge.nth') where exists (select 1 from card_charge where bill_id = new.bill_id and card_id = new.card_id and nth = new.nth);
end;
create trigger card_refused_stays before delete on card_refused begin select raise(abort, 'card_refused: never changes'); end;
create trigger card_refused_same before update on card_refused begin select raise(abort, 'card_refused: never changes'); end;
create trigger card_refused_once before insert on card_refused begin
    select raise(abort, 'UNIQUE constraint failed: card_refused.attempt_id') where exists (select 1 from card_refused where attempt_id = new.attempt_id);
end;
-- +postgres
create trigger card_keeping_stays before update or delete on card_keeping for each row execute function never_changes();
create trigger card_keeping_all before truncate on card_keeping for each statement execute function never_changes();
create trigger kept_card_stays before update or delete on kept_card for each row execute function never_changes();
create trigger kept_card_all before truncate on kept_card for each statement execute function never_changes();
create trigger kept_card_end_stays before update or delete on kept_card_end for each row execute function never_changes();
create trigger kept_card_end_all before truncate on kept_card_end for each statement execute function never_changes();
create trigger card_charge_stays before update or delete on card_charge for each row execute function never_changes();
create trigger card_charge_all before truncate on card_charge for each statement execute function never_changes();
create trigger card_refused_stays before update or delete on card_refused for each row execute function never_changes();
create trigger card_refused_all before truncate on card_refused for each statement execute function never_changes();
-- +both
